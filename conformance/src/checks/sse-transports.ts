/** Checks of older chapters with both transports: a takeover that splits messages, and a return within the grace. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { Reader } from '../drive/reader.ts'
import { awaitLoss } from '../drive/stream-loss.ts'
import type { Attempt } from '../drive/webhooks.ts'
import { welcomed } from '../judges/connection.ts'
import { split } from '../judges/connection-takeover.ts'
import { all, each } from '../judges/finding.ts'
import { arrived } from '../judges/message.ts'
import { FENCE, fencePassed, lastOf, returnedInTime, silentUntilFence } from '../judges/presence.ts'
import type { Headers } from '../timeline/event.ts'
import { seconds } from '../timeline/timeline.ts'

/** Posts before, during and after a takeover. */
const BEFORE = 3
const DURING = 8
const AFTERWARDS = 2

/** Roles of a stimulus that is made again where the machine was too slow for the grace. */
const TRIES = ['client', 'client-2', 'client-3', 'client-4'] as const

/** Headers of upgrades, by role. */
const UPGRADES: Readonly<Record<string, Headers>> = {
  control: {},
  'for streams': { accept: 'text/event-stream' },
  'for streams or more': { accept: 'text/html, text/event-stream;q=0.5, */*;q=0.1' },
}

/** How a client comes. */
type Come = (
  drive: Drive,
  as: string,
  options: { readonly url: string; readonly token: string },
) => Promise<Reader>

const BY_STREAM: Come = (drive, as, options) => drive.streams.open(as, options)
const BY_WEBSOCKET: Come = (drive, as, options) => drive.open(as, options)

/** Posts to a client id before, during and after its takeover. */
async function takeOverBetweenPosts(
  drive: Drive,
  come: { readonly old: Come; readonly new: Come },
): Promise<void> {
  const clientId = drive.clientId()
  const { token, connectUrl: url } = await drive.mint('token', clientId)
  const old = await come.old(drive, 'old', { url, token })
  await old.welcome()
  const post = (): Promise<unknown> => drive.post('post', clientId, drive.text())
  for (let posts = 0; posts < BEFORE; posts += 1) await post()
  let isThere = false
  const coming = come.new(drive, 'new', { url, token }).then(async (reader) => {
    await reader.welcome()
    isThere = true
    return reader
  })
  for (let posts = 0; posts < DURING && !isThere; posts += 1) await post()
  const current = await coming
  for (let posts = 0; posts < AFTERWARDS; posts += 1) await post()
  const fence = drive.text()
  await drive.post('fence', clientId, fence)
  await current.message(fence)
  await old.ended()
}

const SPLIT_KILLERS = [
  'repeats-newest-message-after-takeover',
  'loses-message-after-takeover',
  'welcomes-with-older-seq',
  'welcomes-with-seq-zero',
] as const

function splitCheck(id: string, come: { readonly old: Come; readonly new: Come }): Check {
  return {
    id,
    proves: 'connection.takeover.split',
    profiles: ['sse'],
    drive: (drive) => takeOverBetweenPosts(drive, come),
    control: all(welcomed('old'), welcomed('new'), arrived('new', 'fence')),
    judge: split('old', 'new', 'post'),
    killedBy: [...SPLIT_KILLERS],
  }
}

/** A client that comes by one transport, is lost without a word, and comes back by another within the grace. */
function returnCheck(id: string, come: { readonly first: Come; readonly second: Come }): Check {
  return {
    id,
    proves: 'presence.grace.returned',
    profiles: ['sse'],
    needs: ['webhooks'],
    waitSeconds: waitFor('presence_grace_seconds', 'presence_grace_seconds'),
    drive: async (drive) => {
      const graceSeconds = seconds(drive.advertised, 'presence_grace_seconds')
      for (const as of TRIES) {
        const clientId = drive.clientId()
        const webhooks = drive.webhooks(as, clientId)
        const { token, connectUrl: url } = await drive.mint(`token ${as}`, clientId)
        const first = await come.first(drive, as, { url, token })
        await first.welcome()
        await webhooks.event('connected')
        const leftAt = drive.nowMs()
        first.drop()
        // A service that has not yet seen the loss would see a takeover.
        await drive.pass(graceSeconds / 4)
        const second = await come.second(drive, `${as}-again`, { url, token })
        await second.welcome()
        if (drive.nowMs() - leftAt > graceSeconds * 1000 && as !== TRIES.at(-1)) continue
        await drive.pass(graceSeconds)
        drive.note(FENCE, 'the grace has passed with the client online')
        const isGone = ({ fields }: Attempt): boolean => fields.event === 'disconnected'
        const { attempts } = webhooks
        const already = attempts.entries.filter(isGone).length
        second.drop()
        await attempts.collect(already + 1, isGone, awaitLoss(drive))
        return
      }
    },
    control: lastOf(TRIES, (as) => all(returnedInTime(as, `${as}-again`), fencePassed(as))),
    judge: lastOf(TRIES, (as) => silentUntilFence(as, 'a return within the grace')),
    killedBy: ['skips-grace'],
  }
}

/** In the order of the chapters. */
export const SSE_TRANSPORT_CHECKS: readonly Check[] = [
  splitCheck('connection.takeover-by-stream.split', { old: BY_WEBSOCKET, new: BY_STREAM }),
  splitCheck('connection.takeover-of-stream.split', { old: BY_STREAM, new: BY_WEBSOCKET }),
  splitCheck('connection.takeover-between-streams.split', { old: BY_STREAM, new: BY_STREAM }),
  {
    id: 'connection.upgrade-accepting-streams.completed',
    proves: 'connection.upgrade.subprotocol',
    profiles: ['sse'],
    drive: async (drive) => {
      for (const [as, headers] of Object.entries(UPGRADES)) {
        const { token, connectUrl: url } = await drive.mint(`token ${as}`, drive.clientId())
        const connection = await drive.open(as, { url, token, headers })
        await connection.welcome()
        connection.drop()
      }
    },
    control: welcomed('control'),
    judge: each(['for streams', 'for streams or more'], welcomed),
    killedBy: ['refuses-upgrades-that-accept-streams'],
  },
  returnCheck('presence.return-to-stream.silent', { first: BY_WEBSOCKET, second: BY_STREAM }),
  returnCheck('presence.return-from-stream.silent', { first: BY_STREAM, second: BY_WEBSOCKET }),
  returnCheck('presence.return-between-streams.silent', { first: BY_STREAM, second: BY_STREAM }),
]
