/** Checks of the chapter on event streams about their end: by takeover, expiry, age and refusal, and what presence says of it. */

import { type Check, waitFor } from '../check.ts'
import { disconnect } from '../drive/disconnecting.ts'
import type { Drive } from '../drive/drive.ts'
import type { Reader } from '../drive/reader.ts'
import { awaitLoss, writingSeconds } from '../drive/stream-loss.ts'
import { closed, welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { firstDelivered, undisturbed } from '../judges/neighbour.ts'
import { reported, reportedGone, waitedForGrace } from '../judges/presence.ts'
import { answered } from '../judges/problem.ts'
import { isStreamed } from '../judges/sse.ts'
import { closeIdentified, endedByEvent, livedItsLife } from '../judges/sse-ending.ts'
import { ended } from '../judges/timer.ts'
import { endedAtExpiry } from '../judges/token.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { seconds } from '../timeline/timeline.ts'

/** Life of a token that ends well before the stream would. */
const SHORT = 2
/** Seconds in which an expired stream is ended, and some more for one that is ended too late. */
const CLOSING = 4
/** Posts to a stream during its life, so that one whose age counts from the last event grows too old. */
const POSTS_IN_A_LIFE = 10

type Come = (
  drive: Drive,
  as: string,
  options: { readonly url: string; readonly token: string },
) => Promise<Reader>

const BY_STREAM: Come = (drive, as, options) => drive.streams.open(as, options)
const BY_WEBSOCKET: Come = (drive, as, options) => drive.open(as, options)

function takeoverCheck(
  id: string,
  come: { readonly old: Come; readonly new: Come },
  killedBy: Check['killedBy'],
): Check {
  return {
    id,
    proves: 'sse.takeover.either',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const { token, connectUrl: url } = await drive.mint('token', clientId)
      const old = await come.old(drive, 'old', { url, token })
      await old.welcome()
      const current = await come.new(drive, 'new', { url, token })
      await current.welcome()
      await old.ended()
      await drive.post('first', clientId, drive.text())
      const data = drive.text()
      await drive.post('post', clientId, data)
      await current.message(data)
    },
    control: all(welcomed('old'), welcomed('new')),
    judge: all(closed('old', 'replaced'), undisturbed('new', 'post')),
    killedBy,
  }
}

/** Lets the token of a stream expire. */
async function outliveToken(drive: Drive): Promise<void> {
  const stream = await drive.streams.connect('client', drive.clientId(), { ttlSeconds: SHORT })
  await stream.ended((SHORT + CLOSING) * 1000)
}

/** In the order of the chapter. */
export const SSE_ENDING_CHECKS: readonly Check[] = [
  {
    id: 'sse.replaced-stream.announced',
    proves: 'sse.close.event',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const old = await drive.streams.connect('old', clientId)
      await drive.streams.connect('new', clientId)
      await old.ended()
    },
    control: all(welcomed('old'), welcomed('new'), ended('old')),
    judge: endedByEvent('old'),
    killedBy: [
      'ends-streams-without-a-word',
      'keeps-closed-streams-open',
      'cuts-answers-of-closed-streams',
      'gives-streams-no-reason',
      'writes-on-behind-close-events',
    ],
  },
  {
    id: 'sse.disconnected-stream.announced',
    proves: 'sse.close.event',
    profiles: ['control'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const stream = await drive.streams.connect('client', clientId)
      await drive.call('disconnect', 'POST', '/v1/disconnects', { json: { client_id: clientId } })
      await stream.ended()
    },
    control: all(welcomed('client'), answered('disconnect', 200), ended('client')),
    judge: endedByEvent('client'),
    killedBy: ['ends-streams-without-a-word', 'gives-streams-no-reason'],
  },
  {
    id: 'sse.refused-stream.ended',
    proves: 'sse.close.event',
    drive: async (drive) => {
      const { connectUrl: url } = await drive.mint('token', drive.clientId())
      const stream = await drive.streams.open('client', { url, authorizations: [] })
      await stream.ended()
    },
    control: all(isStreamed('client'), ended('client')),
    judge: endedByEvent('client'),
    killedBy: ['refuses-streams-in-silence'],
  },
  {
    id: 'sse.close.identified',
    proves: 'sse.close.id',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const old = await drive.streams.connect('replaced', clientId)
      await drive.streams.connect('new', clientId)
      await old.ended()
      const { connectUrl: url } = await drive.mint('token', drive.clientId())
      for (const [as, authorizations] of [
        ['without a token', []],
        ['forged', ['Bearer forged']],
      ] as const) {
        const stream = await drive.streams.open(as, { url, authorizations })
        await stream.ended()
      }
    },
    control: closed('replaced', 'replaced'),
    judge: all(...['replaced', 'without a token', 'forged'].map(closeIdentified)),
    killedBy: ['gives-closes-no-id', 'gives-every-close-an-id', 'names-stops-otherwise'],
  },
  {
    id: 'sse.disconnect.identified',
    proves: 'sse.close.id',
    profiles: ['control'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const stream = await drive.streams.connect('client', clientId)
      await disconnect(drive, 'disconnect', clientId)
      await stream.ended()
    },
    control: all(welcomed('client'), closed('client', 'disconnected-by-application')),
    judge: closeIdentified('client'),
    killedBy: ['gives-disconnects-no-id', 'gives-closes-no-id', 'names-stops-otherwise'],
  },
  {
    id: 'sse.expiry.unidentified',
    proves: 'sse.close.id',
    waitSeconds: waitFor(SHORT, 2),
    drive: outliveToken,
    control: all(welcomed('client'), ended('client')),
    judge: closeIdentified('client'),
    killedBy: ['gives-every-close-an-id', 'identifies-expiry'],
  },
  {
    id: 'sse.expired-stream.ended',
    proves: 'sse.close.expiry',
    waitSeconds: waitFor(SHORT, 2),
    drive: outliveToken,
    control: welcomed('client'),
    judge: all(closed('client', 'token-expired'), endedAtExpiry('client')),
    killedBy: [
      'lets-streams-outlive-tokens',
      'calls-expired-streams-old',
      'closes-before-expiry',
      'closes-late-after-expiry',
      'closes-expired-as-invalid',
    ],
  },
  {
    id: 'sse.old-stream.ended',
    proves: 'sse.close.lifetime',
    waitSeconds: latestOf('sse_lifetime_seconds'),
    endures: true,
    drive: async (drive) => {
      const lifetime = seconds(drive.advertised, 'sse_lifetime_seconds')
      const latestMs = latestSeconds(drive.advertised, 'sse_lifetime_seconds') * 1000
      const clientId = drive.clientId()
      const quiet = await drive.streams.connect('quiet', drive.clientId())
      const busy = await drive.streams.connect('busy', clientId)
      const ends = [quiet.ended(latestMs), busy.ended(latestMs)]
      for (let posts = 0; posts < POSTS_IN_A_LIFE; posts += 1) {
        await drive.pass(lifetime / (POSTS_IN_A_LIFE + 1))
        await drive.post('post', clientId, drive.text())
      }
      await Promise.all(ends)
    },
    control: all(welcomed('quiet'), firstDelivered('busy', 'post')),
    judge: all(livedItsLife('quiet'), livedItsLife('busy')),
    killedBy: [
      'lets-streams-live-on',
      'counts-lifetimes-from-the-last-event',
      'ends-streams-early',
      'calls-old-streams-draining',
    ],
  },
  takeoverCheck('sse.takeover.by-stream', { old: BY_WEBSOCKET, new: BY_STREAM }, [
    'takes-over-within-one-transport',
    'keeps-old-connection-on-takeover',
    'calls-takeover-draining',
  ]),
  takeoverCheck('sse.takeover.of-stream', { old: BY_STREAM, new: BY_WEBSOCKET }, [
    'takes-over-within-one-transport',
    'ends-streams-without-a-word',
    'keeps-old-connection-on-takeover',
    'calls-takeover-draining',
  ]),
  takeoverCheck('sse.takeover.between-streams', { old: BY_STREAM, new: BY_STREAM }, [
    'keeps-older-of-two-streams',
    'ends-streams-without-a-word',
    'keeps-old-connection-on-takeover',
    'calls-takeover-draining',
  ]),
  {
    id: 'sse.lost-stream.reported',
    proves: 'sse.presence.lost',
    profiles: ['presence'],
    needs: ['webhooks'],
    waitSeconds: (advertised) =>
      waitFor('presence_grace_seconds')(advertised) + writingSeconds(advertised),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId)
      const stream = await drive.streams.connect('client', clientId)
      await webhooks.event('connected')
      stream.drop()
      await webhooks.event('disconnected', undefined, awaitLoss(drive))
    },
    control: all(welcomed('client'), reported('client', 'connected')),
    judge: all(reportedGone('client', 'lost'), waitedForGrace('client')),
    killedBy: ['calls-lost-streams-closed', 'forgets-lost-streams', 'skips-grace'],
  },
]
