/** Checks of the chapter presence, profile presence-sync: reading, listing, and `started`. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { comeAndGo } from '../drive/online.ts'
import { SPOILED } from '../drive/spoil.ts'
import { welcomed } from '../judges/connection.ts'
import { all, each } from '../judges/finding.ts'
import { reported } from '../judges/presence.ts'
import {
  listed,
  listsAll,
  listsEvery,
  listsInGrace,
  onSeveralPages,
  pagesBounded,
  readsClientIdOf,
  readsGrace,
  readsOffline,
  readsOnline,
  readsReportedVersion,
  readsSameSince,
} from '../judges/presence-read.ts'
import {
  aboveFloor,
  startedAgain,
  startedFirst,
  startedOnce,
  startedSent,
} from '../judges/presence-started.ts'
import { answered, refused } from '../judges/problem.ts'
import { readObject, seconds } from '../timeline/timeline.ts'

const MOST_CLIENTS = 40
/** So that a crowd that is soon there needs several pages. */
const FEW_ON_A_PAGE = { presence_page: 5 }
const MOST_PAGES = 400
const MOST_TRIES = 5
const UNWANTED = [404, 410, 501] as const

async function read(drive: Drive, as: string, query: Record<string, string> = {}) {
  const answer = await drive.call(as, 'GET', '/v1/presence', { query })
  return readObject(answer?.body ?? '')
}

/** Reads every page under the role `page`; stops where the pages do not end. */
async function readPages(drive: Drive): Promise<void> {
  let cursor: unknown
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const body = await read(drive, 'page', typeof cursor === 'string' ? { cursor } : {})
    cursor = body?.next_cursor
    if (typeof cursor !== 'string') return
  }
}

/** Connects more clients than fit on one page, where that is few. */
async function fillPage(drive: Drive): Promise<void> {
  const count = Math.min((drive.advertised.limits.presence_page ?? 0) + 1, MOST_CLIENTS)
  await Promise.all(Array.from({ length: count }, () => drive.connect('crowd', drive.clientId())))
}

/** Makes an attempt again where it took longer than the grace that it has to be made in. */
async function inGrace(drive: Drive, attempt: () => Promise<void>): Promise<void> {
  const graceMs = seconds(drive.advertised, 'presence_grace_seconds') * 1000
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const startedAt = drive.nowMs()
    await attempt()
    if (drive.nowMs() - startedAt < graceMs) return
  }
}

/** Texts that were never issued as a cursor, made from one that was. */
const INVALID_CURSORS: typeof SPOILED = { empty: () => '', ...SPOILED }

/** In the order of the chapter. */
export const PRESENCE_READING_CHECKS: readonly Check[] = [
  {
    id: 'presence.read.tells-connection',
    proves: 'presence.read.online',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.connect('client', clientId)
      await read(drive, 'reader', { client_id: clientId })
    },
    control: welcomed('client'),
    judge: readsOnline('reader', 'client', 1),
    killedBy: ['reads-without-since'],
  },
  {
    id: 'presence.read-after-takeover.tells-newest',
    proves: 'presence.read.online',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.connect('old', clientId)
      await read(drive, 'before', { client_id: clientId })
      await drive.connect('new', clientId)
      await read(drive, 'reader', { client_id: clientId })
    },
    control: all(welcomed('old'), welcomed('new'), answered('before', 200)),
    judge: all(readsOnline('reader', 'new', 1), readsSameSince('reader', 'before')),
    killedBy: ['reads-without-since', 'reads-since-of-connection'],
  },
  {
    id: 'presence.read-odd-client-id.online',
    proves: 'presence.read.online',
    drive: async (drive) => {
      const clientId = drive.clientId(' a+b&c=d%2F%41/é😀')
      await drive.connect('client', clientId)
      const path = `/v1/presence?client_id=${encodeURIComponent(clientId)}`
      await drive.call('reader', 'GET', path)
      const form = new URLSearchParams({ client_id: clientId })
      await drive.call('reader by a form', 'GET', `/v1/presence?${form}`)
    },
    control: welcomed('client'),
    judge: each(['reader', 'reader by a form'], (as) =>
      all(readsOnline(as, 'client', 1), readsClientIdOf(as, 'client')),
    ),
    killedBy: ['reads-without-since', 'reads-under-another-name'],
  },
  {
    id: 'presence.read-stranger.offline',
    proves: 'presence.read.offline',
    drive: async (drive) => {
      await read(drive, 'reader', { client_id: drive.clientId() })
    },
    judge: readsOffline('reader', { isStranger: true }),
    killedBy: ['reads-offline-as-online'],
  },
  {
    id: 'presence.read-gone.offline',
    proves: 'presence.read.offline',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { clientId } = await comeAndGo(drive, 'client')
      await read(drive, 'reader', { client_id: clientId })
    },
    control: reported('client', 'disconnected'),
    judge: all(
      readsOffline('reader', { isStranger: false }),
      readsReportedVersion('reader', 'client'),
    ),
    killedBy: [
      'reads-offline-as-online',
      'reads-version-zero-offline',
      'numbers-reports-one-too-high',
    ],
  },
  {
    id: 'presence.read-in-grace.online',
    proves: 'presence.read.grace',
    drive: (drive) =>
      inGrace(drive, async () => {
        const clientId = drive.clientId()
        const connection = await drive.connect('client', clientId)
        connection.close(1001)
        await connection.ended()
        await read(drive, 'reader', { client_id: clientId })
      }),
    control: welcomed('client'),
    judge: readsGrace('reader', 'client'),
    killedBy: ['reads-grace-as-offline', 'reads-grace-with-since', 'skips-grace'],
  },
  {
    id: 'presence.list.holds-all',
    proves: 'presence.list.complete',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { clientId: again } = await comeAndGo(drive, 'again')
      await fillPage(drive)
      await drive.connect('client', drive.clientId())
      await drive.connect('again', again)
      await readPages(drive)
    },
    control: all(welcomed('client'), reported('again', 'disconnected'), listed('page')),
    judge: listsAll('page', { client: 1, again: 3 }),
    killedBy: ['lists-only-newcomers'],
  },
  {
    id: 'presence.list.holds-grace',
    proves: 'presence.list.complete',
    drive: (drive) =>
      inGrace(drive, async () => {
        const connection = await drive.connect('client', drive.clientId())
        connection.close(1001)
        await connection.ended()
        await readPages(drive)
      }),
    control: all(welcomed('client'), listed('page')),
    judge: listsInGrace('page', 'client'),
    killedBy: ['lists-only-connections', 'skips-grace'],
  },
  {
    id: 'presence.page-border.holds-all',
    proves: 'presence.list.complete',
    needs: ['webhooks', 'exec'],
    drive: async (drive) => {
      // A service of its own, because clients of other checks would move the border.
      const instance = await drive.launch('instance', undefined, { limits: FEW_ON_A_PAGE })
      await fillPage(instance.drive)
      await readPages(instance.drive)
    },
    control: all(welcomed('crowd'), listed('page'), onSeveralPages('page')),
    judge: listsEvery('page', 'crowd'),
    killedBy: ['loses-first-of-second-page'],
  },
  {
    id: 'presence.page.bounded',
    proves: 'presence.list.page',
    limits: FEW_ON_A_PAGE,
    drive: async (drive) => {
      await fillPage(drive)
      await readPages(drive)
    },
    control: all(welcomed('crowd'), listed('page')),
    judge: pagesBounded('page'),
    killedBy: ['overfills-page'],
  },
  {
    id: 'presence.cursor-forged.refused',
    proves: 'presence.list.cursor',
    drive: async (drive) => {
      await read(drive, 'control')
      await read(drive, 'defect', { cursor: drive.text() })
    },
    control: answered('control', 200),
    judge: refused('defect', 'malformed-request'),
    killedBy: ['accepts-forged-cursor'],
  },
  {
    id: 'presence.cursor-altered.refused',
    proves: 'presence.list.cursor',
    drive: async (drive) => {
      await fillPage(drive)
      const page = await read(drive, 'first')
      const cursor = typeof page?.next_cursor === 'string' ? page.next_cursor : drive.text()
      await read(drive, 'control', typeof page?.next_cursor === 'string' ? { cursor } : {})
      for (const [as, spoil] of Object.entries(INVALID_CURSORS))
        await read(drive, as, { cursor: spoil(cursor) })
    },
    control: all(answered('first', 200), answered('control', 200)),
    judge: each(Object.keys(INVALID_CURSORS), (as) => refused(as, 'malformed-request')),
    killedBy: [
      'accepts-forged-cursor',
      'takes-empty-cursor-for-the-first-page',
      'ignores-further-parts-of-cursors',
      'ignores-end-of-cursors',
    ],
  },
  {
    id: 'presence.cursor-with-client.refused',
    proves: 'presence.list.cursor',
    drive: async (drive) => {
      await fillPage(drive)
      const clientId = drive.clientId()
      const page = await read(drive, 'first')
      const cursor = typeof page?.next_cursor === 'string' ? page.next_cursor : drive.text()
      await read(drive, 'control', { client_id: clientId })
      await read(drive, 'defect', { client_id: clientId, cursor })
    },
    control: all(answered('first', 200), answered('control', 200)),
    judge: refused('defect', 'malformed-request'),
    killedBy: ['accepts-client-and-cursor'],
  },
  {
    id: 'presence.start.reported',
    proves: 'presence.started.reported',
    needs: ['webhooks', 'exec'],
    drive: async (drive) => {
      const instance = await drive.launch('instance')
      await instance.webhooks.first(1)
      await instance.drive.connect('client', instance.drive.clientId())
      await instance.webhooks.event('connected')
    },
    control: welcomed('client'),
    judge: startedFirst('instance'),
    killedBy: ['never-says-started'],
  },
  {
    id: 'presence.start.floor-kept',
    proves: 'presence.started.floor',
    needs: ['webhooks', 'exec'],
    drive: async (drive) => {
      const instance = await drive.launch('instance')
      await instance.webhooks.event('started')
      await instance.drive.connect('client', instance.drive.clientId())
    },
    control: startedSent('instance'),
    judge: aboveFloor('instance', 'client'),
    killedBy: ['starts-with-floor-too-high'],
  },
  {
    id: 'presence.started-unwanted.not-repeated',
    proves: 'presence.started.optional',
    needs: ['webhooks', 'exec'],
    waitSeconds: waitFor({ list: 'webhook_retry_seconds', entries: 1 }),
    drive: async (drive) => {
      const [retry = 1] = [drive.advertised.timings.webhook_retry_seconds].flat()
      const patienceMs = drive.patienceMs + (retry ?? 1) * 1000
      const unwanted = await Promise.all(
        UNWANTED.map((status) => drive.launch(`answered-${status}`, () => ({ status }))),
      )
      await Promise.all(unwanted.map(({ webhooks }) => webhooks.event('started')))
      const control = await drive.launch('control', (_attempt, number) => ({
        status: number === 1 ? 500 : 204,
      }))
      await control.webhooks.first(2, patienceMs)
      await drive.pass((retry ?? 1) * 0.4)
    },
    control: all(
      startedAgain('control'),
      ...UNWANTED.map((status) => startedSent(`answered-${status}`)),
    ),
    judge: all(...UNWANTED.map((status) => startedOnce(`answered-${status}`))),
    killedBy: ['retries-unwanted-started'],
  },
]
