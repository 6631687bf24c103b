/** Checks of windows to the millisecond: of what is held for replay, of kept answers, of the grace, of silence. */

import type { Check } from '../check.ts'
import { startScene } from '../drive/coming-back.ts'
import type { Drive } from '../drive/drive.ts'
import { makeFrame } from '../drive/frames.ts'
import { keyedMessage, sendKeyed } from '../drive/keyed.ts'
import { afterGrace, goOnline } from '../drive/online.ts'
import { openRawClientFor } from '../drive/raw-client.ts'
import { answeredAs } from '../judges/call.ts'
import { closed, welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { eachCarriedOut, repeated, roomFor, withinWindow } from '../judges/idempotency.ts'
import { endedAtSilenceInstant, waitedWholeGrace } from '../judges/instant.ts'
import { accepted, arrived } from '../judges/message.ts'
import { undisturbed } from '../judges/neighbour.ts'
import { FENCE, fencePassed, reported, silentUntilFence } from '../judges/presence.ts'
import { received, unseen } from '../judges/resume.ts'
import { hasPing } from '../judges/timer.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'

/** Seconds before and behind a boundary. */
const MOMENT = 0.001
const PONG = 10

/** Misses one message; comes back for it at the last moment of the window, and just after its largest delay. */
async function comeBackAround(drive: Drive): Promise<void> {
  const window = seconds(drive.advertised, 'resume_window_seconds')
  const scene = startScene(drive, 'messages')
  const { connection, cursor } = await scene.read('client')
  connection.drop()
  const missed = drive.text()
  await scene.post('missed', missed)
  const early = await scene.comeFor('early', cursor, missed)
  early.drop()
  await drive.pass(window - MOMENT)
  const inTime = await scene.comeFor('last moment', cursor, missed)
  inTime.drop()
  await drive.pass(latestSeconds(drive.advertised, 'resume_window_seconds') - window + 2 * MOMENT)
  const late = await scene.come('too late', cursor)
  await scene.fence(late, 'later')
}

/** Posts, and posts the same again at the last moment of the window and just after its largest delay. */
async function postAround(drive: Drive): Promise<void> {
  const window = seconds(drive.advertised, 'idempotency_window_seconds')
  const post = keyedMessage(drive)
  await sendKeyed(drive, 'first', post)
  await sendKeyed(drive, 'early', post)
  await drive.pass(window - MOMENT)
  await sendKeyed(drive, 'last moment', post)
  await drive.pass(
    latestSeconds(drive.advertised, 'idempotency_window_seconds') - window + 2 * MOMENT,
  )
  await sendKeyed(drive, 'too late', post)
}

/** In the order of the chapters. */
export const EXACT_WINDOW_CHECKS: readonly Check[] = [
  {
    id: 'connection.silence-instant.closed',
    proves: 'connection.heartbeat.timeout',
    needs: ['service-clock'],
    drive: async (drive) => {
      const client = await drive.connect('client', drive.clientId(), { answersPings: false })
      const latest = latestOf('heartbeat_seconds', 'pong_timeout_seconds')(drive.advertised)
      await client.ended((latest + 1) * 1000)
    },
    control: all(welcomed('client'), hasPing('client')),
    judge: all(closed('client', 'heartbeat-timeout'), endedAtSilenceInstant('client')),
    killedBy: [
      'forgives-silence',
      'gives-silence-another-code',
      'ends-silent-connections-a-moment-early',
    ],
  },
  {
    id: 'connection.last-moment-pong.kept',
    proves: 'connection.heartbeat.kept',
    needs: ['service-clock'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const { client } = await openRawClientFor(drive, 'client', clientId)
      await client.ping(latestSeconds(drive.advertised, 'heartbeat_seconds') * 1000)
      await drive.pass(seconds(drive.advertised, 'pong_timeout_seconds') - MOMENT)
      client.write(makeFrame(PONG, ''), 'a Pong')
      await drive.pass(2 * MOMENT)
      const data = drive.text()
      await drive.post('post', clientId, data)
      await client.textFrame((text) => text.includes(data))
    },
    control: all(welcomed('client'), hasPing('client')),
    judge: undisturbed('client', 'post'),
    killedBy: ['ends-silent-connections-a-moment-early'],
  },
  {
    id: 'presence.grace-instant.waited',
    proves: 'presence.grace.waited',
    needs: ['service-clock', 'webhooks'],
    drive: async (drive) => {
      const { connection, webhooks } = await goOnline(drive, 'client')
      connection.drop()
      await webhooks.event('disconnected', undefined, afterGrace(drive))
    },
    control: reported('client', 'disconnected'),
    judge: waitedWholeGrace('client'),
    killedBy: ['skips-grace', 'ends-graces-a-moment-early'],
  },
  {
    id: 'presence.last-moment-return.silent',
    proves: 'presence.grace.returned',
    needs: ['service-clock', 'webhooks'],
    drive: async (drive) => {
      const grace = seconds(drive.advertised, 'presence_grace_seconds')
      const { clientId, connection, webhooks } = await goOnline(drive, 'client')
      const { token, connectUrl: url } = await drive.mint('again', clientId)
      connection.drop()
      await drive.pass(grace - MOMENT)
      const again = await drive.open('again', { url, token })
      await again.welcome()
      await drive.pass(grace)
      drive.note(FENCE, 'the grace has passed with the client online')
      again.close(1000)
      await webhooks.event('disconnected', ({ fields }) => fields.reason === 'closed')
    },
    control: all(reported('client', 'connected'), welcomed('again'), fencePassed('client')),
    judge: silentUntilFence('client', 'a return at the last moment of the grace'),
    killedBy: ['skips-grace', 'ends-graces-a-moment-early'],
  },
  {
    id: 'resume.last-moment.replayed',
    proves: 'resume.window.kept',
    needs: ['service-clock'],
    drive: comeBackAround,
    control: all(accepted('missed'), received('early', ['missed'])),
    judge: received('last moment', ['missed']),
    killedBy: ['holds-for-half-the-window', 'drops-held-messages-a-moment-early'],
  },
  {
    id: 'resume.window-instant.dropped',
    proves: 'resume.window.time',
    needs: ['service-clock'],
    drive: comeBackAround,
    control: all(accepted('missed'), arrived('too late', 'later')),
    judge: unseen('too late', ['missed']),
    killedBy: ['holds-for-ever', 'drops-held-messages-too-late'],
  },
  {
    id: 'idempotency.last-moment.repeated',
    proves: 'idempotency.window.kept',
    needs: ['service-clock'],
    drive: postAround,
    control: all(
      answeredAs('first', 200, 'Receipt'),
      repeated('early', 'first'),
      withinWindow('first', 'last moment'),
    ),
    judge: repeated('last moment', 'first'),
    killedBy: [
      'forgets-answers-early',
      'forgets-answers-after-three-quarters',
      'forgets-answers-a-moment-early',
    ],
  },
  {
    id: 'idempotency.window-instant.carried-out',
    proves: 'idempotency.window.ended',
    needs: ['service-clock'],
    drive: postAround,
    control: all(answeredAs('first', 200, 'Receipt'), roomFor('too late')),
    judge: eachCarriedOut('first', 'too late'),
    killedBy: [
      'keeps-answers-long',
      'delivers-repeats-again',
      'renews-window-with-repeats',
      'forgets-answers-too-late',
    ],
  },
]
