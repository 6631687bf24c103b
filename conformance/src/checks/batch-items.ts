/** Checks of the chapter batch about messages that are refused and those beside them. */

import type { Check } from '../check.ts'
import {
  type BatchMessage,
  messagesTo,
  messagesToMany,
  postAlone,
  postBatch,
} from '../drive/batching.ts'
import type { Drive } from '../drive/drive.ts'
import {
  acceptedAsMany,
  acceptedBesideFirst,
  acceptedEach,
  answeredEach,
  oneEpochPerClient,
  placedAsAlone,
} from '../judges/batch.ts'
import {
  limitedInBatches,
  pointersPlaced,
  problemsAsAlone,
  refusedAs,
  refusedOnlyAt,
  refusedSome,
  sharesRate,
} from '../judges/batch-items.ts'
import { all, type Judge } from '../judges/finding.ts'
import { postsOf } from '../judges/message.ts'

/** Items that are no message at all, by what they are. */
const NO_OBJECTS: readonly unknown[] = [null, [], [{}], 'text', '', 7, 0, true, false]

/** Where the bad messages of the long batch stand: at its ends and around round numbers. */
const BAD_PLACES = [0, 1, 99, 100, 255, 256, 500, 511, 998, 999] as const
const THOUSAND = 1000

const FLOOD_MS = 8000

/** Messages that a careful service refuses. */
function badMessages(drive: Drive, clientId: string): unknown[] {
  const {
    data_bytes: dataBytes = 0,
    client_id_bytes: idBytes = 0,
    batch_bytes: batchBytes = 0,
  } = drive.advertised.limits
  const data = drive.text()
  const message: BatchMessage = { client_id: clientId, data }
  return [
    {},
    { data },
    ...[null, '', 7, [clientId], 'a\u0000b', 'a\nb', '\ud83d', 'x'.repeat(idBytes + 1)].map(
      (bad) => ({ ...message, client_id: bad }),
    ),
    { client_id: clientId },
    ...[null, '', 7, false, [data], { text: data }, 'high \ud83d', 'low \ude00'].map((bad) => ({
      ...message,
      data: bad,
    })),
    // Where one message may be nearly as long as a batch, none that is too long fits into one.
    ...(3 * dataBytes < batchBytes
      ? [{ ...message, data: 'é'.repeat(Math.floor(dataBytes / 2) + 1) }]
      : []),
  ]
}

/** Bad messages at even places, good ones between them. */
function between(good: readonly unknown[], bad: readonly unknown[]): unknown[] {
  return bad.flatMap((one, at) => [one, good[at]])
}

/** Places of the bad messages among the good ones. */
const BETWEEN = evenPlaces(50)

/** Posts batches, in which `others` stand between messages to one client id, until they certainly exceed its rate. */
async function exceedRate(
  drive: Drive,
  clientId: string,
  others: readonly BatchMessage[] = [],
): Promise<void> {
  const { messages_per_second: rate = 1, batch_messages: most = 1 } = drive.advertised.limits
  const count = Math.min(most - others.length, 2 * Math.ceil(rate) + 20)
  const own = Array.from({ length: count }, () => ({ client_id: clientId, data: 'x' }))
  const each = Math.ceil(count / (others.length + 1))
  const messages = [...own.slice(0, each)]
  for (const [at, other] of others.entries())
    messages.push(other, ...own.slice((at + 1) * each, (at + 2) * each))
  const startedMs = drive.nowMs()
  let sent = 0
  for (let elapsedMs = 0; elapsedMs < FLOOD_MS; elapsedMs = drive.nowMs() - startedMs) {
    if (sent > rate * (1 + elapsedMs / 1000) * 1.5) return
    await postBatch(drive, 'flood', messages)
    sent += count
  }
}

/** Posts alone to one client id, at once, as many messages as its rate allows in half a second. */
async function postHalf(drive: Drive, clientId: string): Promise<void> {
  const rate = drive.advertised.limits.messages_per_second ?? 1
  const body = JSON.stringify({ client_id: clientId, data: 'x' })
  const post = drive.callRequest('POST', '/v1/messages', {}, body)
  await drive.burst(
    'single',
    Array.from({ length: Math.ceil(rate / 2) }, () => post),
  )
}

function evenPlaces(count: number): number[] {
  return Array.from({ length: count }, (_, at) => 2 * at)
}

/** Of a batch of as many good messages as role `alone` posted others, the former were all accepted. */
const goodAccepted: Judge = (timeline) =>
  acceptedAsMany('batch', 'alone', postsOf(timeline, 'alone').length)(timeline)

/** In the order of the chapter. */
export const BATCH_ITEM_CHECKS: readonly Check[] = [
  {
    id: 'batch.thousand.answered',
    proves: 'batch.post.results',
    drive: async (drive) => {
      const bad = badMessages(drive, drive.clientId()).slice(-BAD_PLACES.length - 1, -1)
      await postAlone(drive, 'alone', bad)
      const messages: unknown[] = messagesToMany(drive, THOUSAND - bad.length)
      for (const [at, place] of BAD_PLACES.entries()) messages.splice(place, 0, bad[at])
      await postBatch(drive, 'batch', messages)
    },
    control: acceptedAsMany('batch', 'alone', THOUSAND - BAD_PLACES.length),
    judge: all(answeredEach('batch', THOUSAND), placedAsAlone('batch', 'alone', BAD_PLACES)),
    killedBy: ['answers-receipts-first', 'answers-by-client-id', 'leaves-problems-out-of-results'],
  },
  {
    id: 'batch.bad-messages.as-alone',
    proves: 'batch.item.problem',
    drive: async (drive) => {
      const bad = badMessages(drive, drive.clientId())
      await postAlone(drive, 'alone', bad)
      await postBatch(drive, 'batch', between(messagesToMany(drive, bad.length), bad))
    },
    control: all(goodAccepted, placedAsAlone('batch', 'alone', BETWEEN)),
    judge: problemsAsAlone('batch', 'alone', BETWEEN),
    killedBy: [
      'answers-bad-messages-with-null',
      'answers-bad-messages-with-words',
      'calls-every-bad-message-malformed',
      'hides-limit-of-messages-in-batches',
    ],
  },
  {
    id: 'batch.no-object.malformed',
    proves: 'batch.item.problem',
    drive: async (drive) => {
      const good = messagesToMany(drive, NO_OBJECTS.length)
      await postBatch(drive, 'control', good)
      await postBatch(drive, 'batch', between(good, NO_OBJECTS))
    },
    control: all(acceptedEach('control'), refusedOnlyAt('batch', evenPlaces(NO_OBJECTS.length))),
    judge: refusedAs('batch', 'malformed-request'),
    killedBy: [
      'takes-what-is-no-object-for-empty-messages',
      'answers-bad-messages-with-null',
      'answers-bad-messages-with-words',
    ],
  },
  {
    id: 'batch.pointers.placed',
    proves: 'batch.item.pointer',
    drive: async (drive) => {
      const messages: unknown[] = messagesToMany(drive, 120)
      const data = drive.text()
      messages.splice(3, 0, { client_id: drive.clientId(), data: '' })
      messages.splice(12, 0, { client_id: 7, data })
      messages.splice(13, 0, null)
      messages.splice(107, 0, { client_id: drive.clientId() })
      await postBatch(drive, 'batch', messages)
    },
    control: refusedOnlyAt('batch', [3, 12, 13, 107]),
    judge: pointersPlaced('batch'),
    killedBy: [
      'points-into-each-message',
      'counts-messages-from-one',
      'points-to-first-message',
      'points-without-messages',
      'points-without-slash',
      'points-with-brackets',
    ],
  },
  {
    id: 'batch.others.accepted',
    proves: 'batch.item.others',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const bad = badMessages(drive, clientId)
      await postAlone(drive, 'alone', bad)
      const good = messagesTo(drive, [clientId, drive.clientId(), drive.clientId()], bad.length)
      await postBatch(drive, 'batch', between(good, bad))
    },
    control: refusedSome('alone'),
    judge: goodAccepted,
    killedBy: [
      'refuses-batches-with-a-bad-message',
      'stops-batches-at-a-bad-message',
      'refuses-clients-of-bad-messages',
    ],
  },
  {
    id: 'batch.rate.counted',
    proves: 'batch.item.rate',
    profiles: ['robust'],
    limits: { messages_per_second: 20 },
    drive: async (drive) => {
      await postBatch(drive, 'control', messagesTo(drive, [drive.clientId()], 1))
      await exceedRate(drive, drive.clientId())
    },
    control: acceptedEach('control'),
    judge: limitedInBatches('flood'),
    killedBy: [
      'counts-batches-once-in-rate',
      'refuses-batches-that-exceed-rate',
      'never-limits-rate',
    ],
  },
  {
    id: 'batch.rate.shared-with-posts',
    proves: 'batch.item.rate',
    profiles: ['robust'],
    limits: { messages_per_second: 20 },
    drive: async (drive) => {
      const clientId = drive.clientId()
      for (let round = 0; round < 2; round += 1) {
        await exceedRate(drive, clientId)
        await postHalf(drive, clientId)
      }
    },
    control: limitedInBatches('flood'),
    judge: sharesRate('single', 'flood'),
    killedBy: ['counts-batches-apart-from-posts'],
  },
  {
    id: 'batch.rate-neighbours.accepted',
    proves: 'batch.item.others',
    profiles: ['robust'],
    limits: { messages_per_second: 20 },
    drive: async (drive) => {
      const neighbours = messagesTo(
        drive,
        Array.from({ length: 20 }, () => drive.clientId()),
        20,
      )
      await exceedRate(drive, drive.clientId(), neighbours)
    },
    control: all(limitedInBatches('flood'), oneEpochPerClient('flood')),
    judge: acceptedBesideFirst('flood'),
    killedBy: ['refuses-rest-of-batches-that-exceed-rate'],
  },
]
