/** Checks of the chapter socket, section life: heartbeat, slow pages, drain. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { makeFrame } from '../drive/frames.ts'
import { openRawPage } from '../drive/raw-page.ts'
import { SetUpFailed } from '../drive/set-up-failed.ts'
import {
  awaitEnd,
  HELD_BY_NETWORK_BYTES,
  pauseReading,
  SLOW_FOR_LONG,
} from '../drive/slow-reader.ts'
import type { Attempt } from '../drive/webhooks.ts'
import { closed } from '../judges/connection.ts'
import { drained } from '../judges/drain.ts'
import { all, each } from '../judges/finding.ts'
import { toldClosed } from '../judges/socket-closed.ts'
import { shook, taken } from '../judges/socket-handshake.ts'
import { closedTold, heardWord, pinged, socketTurnedAway } from '../judges/socket-life.ts'
import { alive, nothingSent } from '../judges/socket-opening.ts'
import { closedAfterPing, ended, hasPing } from '../judges/timer.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'

/** The opcode. */
const TEXT = 1
/** How often one send names the slow socket. */
const TIMES = 20
const PAGES = ['page 1', 'page 2', 'page 3', 'page 4', 'page 5'] as const
const LATE = 'latecomer'
/**
 * Part of the time in which a webhook is answered that a slow application takes for each message: far from all of it, so
 * that a busy machine makes none of them late, and of all words together far more than a silence may last.
 */
const SLOWLY = 0.55
const SLOW_WORDS = ['one', 'two', 'three', 'four', 'five', 'six'] as const
const FENCE_WORD = 'seven'

const SILENCE = latestOf('heartbeat_seconds', 'pong_timeout_seconds')

/** Sends to the socket until it is ended or more waits for it than may. */
async function fillQueue(drive: Drive, id: string, isOver: () => Promise<boolean>): Promise<void> {
  const body = 'x'.repeat(drive.advertised.limits.data_bytes ?? 32_767)
  const enough = HELD_BY_NETWORK_BYTES + 2 * (drive.advertised.limits.queue_bytes ?? 0)
  for (let bytes = 0; bytes < enough; bytes += TIMES * body.length) {
    const answer = await drive.sockets.send('filler', Array<string>(TIMES).fill(id), body)
    if (answer?.status !== 200) {
      throw new SetUpFailed('a send that fills the queue was not accepted')
    }
    if (await isOver()) return
  }
}

/** Opens a socket whose page then reads nothing, and sends to it until it is ended and told closed. */
async function stopReading(drive: Drive): Promise<void> {
  const { raw, id, webhooks } = await openRawPage(drive, 'page')
  await drive.sockets.send('first', id, 'hello')
  const isOver = pauseReading(raw, 1)
  await fillQueue(drive, id, isOver)
  if (await awaitEnd(drive, raw, isOver)) await webhooks.event('closed')
}

/** Starts a service of its own, opens several sockets, and drains it, while one more comes late. */
async function drainWithPages(drive: Drive): Promise<void> {
  const instance = await drive.launch('service')
  instance.webhooks.forget()
  const { sockets } = instance.drive
  const pages = await Promise.all(PAGES.map((as) => sockets.connect(as)))
  const latestMs = latestSeconds(drive.advertised, 'drain_seconds') * 1000
  const ends = pages.map(({ page, webhooks }) =>
    Promise.all([
      page.ended(latestMs + drive.patienceMs),
      webhooks.event('closed', undefined, latestMs + drive.patienceMs),
    ]),
  )
  const { url } = await sockets.mint(LATE, sockets.path())
  const drained = instance.drain()
  await Promise.race([...pages.map(({ page }) => page.ended(latestMs)), drained])
  const late = await sockets.open(LATE, url)
  await late.ended(latestMs)
  // A service that keeps it would never end its drain.
  late.drop()
  await Promise.all([drained, ...ends])
}

/** In the order of the chapter. */
export const SOCKET_LIFE_CHECKS: readonly Check[] = [
  {
    id: 'socket.silence.pinged',
    proves: 'socket.heartbeat.ping',
    profiles: ['robust'],
    needs: ['webhooks'],
    waitSeconds: latestOf('heartbeat_seconds', 'heartbeat_seconds'),
    drive: async (drive) => {
      const { page } = await drive.sockets.connect('page')
      const latest = latestOf('heartbeat_seconds', 'heartbeat_seconds')(drive.advertised)
      await page.frames.collect(2, ({ type }) => type === 'ping', latest * 1000)
    },
    control: shook('page'),
    judge: pinged('page', 2),
    killedBy: ['never-pings-sockets', 'pings-sockets-once'],
  },
  {
    id: 'socket.unanswered-ping.closed',
    proves: 'socket.heartbeat.timeout',
    profiles: ['robust'],
    needs: ['webhooks'],
    waitSeconds: SILENCE,
    drive: async (drive) => {
      const { page } = await drive.sockets.connect('page', undefined, { answersPings: false })
      await page.ended(SILENCE(drive.advertised) * 1000)
    },
    control: all(shook('page'), hasPing('page')),
    judge: all(closed('page', 'heartbeat-timeout'), closedAfterPing('page')),
    killedBy: ['forgives-silence-of-sockets', 'gives-silence-of-sockets-another-code'],
  },
  {
    id: 'socket.answered-pings.kept',
    proves: 'socket.heartbeat.timeout',
    profiles: ['robust'],
    needs: ['webhooks'],
    waitSeconds: SILENCE,
    drive: async (drive) => {
      const { page } = await drive.sockets.connect('page')
      await page.ended(SILENCE(drive.advertised) * 1000)
      await page.ping()
    },
    control: all(shook('page'), hasPing('page')),
    judge: alive('page'),
    killedBy: ['ends-quiet-sockets'],
  },
  {
    id: 'socket.slow-application.kept',
    proves: 'socket.heartbeat.timeout',
    profiles: ['robust'],
    needs: ['webhooks'],
    waitSeconds: (advertised) =>
      seconds(advertised, 'webhook_timeout_seconds') * SLOWLY * SLOW_WORDS.length,
    drive: async (drive) => {
      const slow = seconds(drive.advertised, 'webhook_timeout_seconds') * SLOWLY
      const { raw, webhooks } = await openRawPage(drive, 'page', ({ fields }) =>
        fields.event === 'message'
          ? { hold: drive.pass(slow).then(() => ({ status: 204 })) }
          : { status: 204 },
      )
      const isLast = ({ fields }: Attempt): boolean => fields.body === SLOW_WORDS.at(-1)
      // In one write, so that a service may have read all of it before it pauses.
      raw.write(Buffer.concat(SLOW_WORDS.map((word) => makeFrame(TEXT, word))), 'six texts')
      const wholeMs = slow * SLOW_WORDS.length * 1000 + drive.patienceMs
      await Promise.race([webhooks.event('message', isLast, wholeMs), raw.ended(wholeMs)])
      raw.write(makeFrame(TEXT, FENCE_WORD), 'a last text')
      const isFence = ({ fields }: Attempt): boolean => fields.body === FENCE_WORD
      await webhooks.event('message', isFence, slow * 1000 + drive.patienceMs)
    },
    control: shook('page'),
    judge: heardWord('page', FENCE_WORD),
    killedBy: ['counts-own-pauses-as-silence', 'reads-on-while-message-waits'],
  },
  {
    id: 'socket.slow-page.ended',
    proves: 'socket.slow.ended',
    profiles: ['robust'],
    needs: ['webhooks'],
    waitSeconds: SLOW_FOR_LONG,
    drive: stopReading,
    control: all(shook('page'), taken('first')),
    judge: ended('page'),
    killedBy: ['keeps-slow-sockets'],
  },
  {
    id: 'socket.slow-page.reported',
    proves: 'socket.closed.sent',
    profiles: ['robust'],
    needs: ['webhooks'],
    waitSeconds: SLOW_FOR_LONG,
    drive: stopReading,
    control: all(shook('page'), taken('first'), ended('page')),
    judge: toldClosed('page'),
    killedBy: ['forgets-closed-of-slow-pages'],
  },
  {
    id: 'socket.drain.closed',
    proves: 'socket.drain.close',
    profiles: ['robust'],
    needs: ['exec', 'webhooks'],
    waitSeconds: latestOf('drain_seconds'),
    drive: drainWithPages,
    control: each(PAGES, shook),
    judge: all(
      each(PAGES, (as) => all(drained(as, 'service'), closedTold(as))),
      socketTurnedAway(LATE, 'service'),
    ),
    killedBy: [
      'drains-sockets-too-slowly',
      'drains-sockets-with-another-code',
      'drains-sockets-without-telling',
      'lets-sockets-in-while-draining',
    ],
  },
  {
    id: 'socket.drain.wordless',
    proves: 'socket.envelope.none',
    profiles: ['robust'],
    needs: ['exec', 'webhooks'],
    waitSeconds: latestOf('drain_seconds'),
    drive: drainWithPages,
    control: each(PAGES, (as) => closed(as, 'draining')),
    judge: each(PAGES, nothingSent),
    killedBy: ['announces-drain-on-sockets', 'welcomes-sockets'],
  },
]
