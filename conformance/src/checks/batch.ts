/** Checks of the chapter batch about what becomes of the messages that are accepted. */

import type { Check } from '../check.ts'
import { messagesTo, messagesToMany, postAlone, postBatch } from '../drive/batching.ts'
import type { Drive } from '../drive/drive.ts'
import {
  acceptedAsMany,
  acceptedEach,
  answeredEach,
  arrivedInOrder,
  countedWithBatches,
  deliveredEach,
  numberedInOrder,
  oneEpochPerClient,
  placedAsAlone,
  receiptsApart,
  receiptsAsAlone,
} from '../judges/batch.ts'
import { all } from '../judges/finding.ts'
import { accepted, arrived, delivered } from '../judges/message.ts'
import { placeEach } from '../judges/resume.ts'

/** Messages of a batch beyond what a service may do in one go. */
const MANY = 240
const LONG = 2000

function clientIds(drive: Drive, count: number): string[] {
  return Array.from({ length: count }, () => drive.clientId())
}

/** In the order of the chapter. */
export const BATCH_CHECKS: readonly Check[] = [
  {
    id: 'batch.results.in-order',
    proves: 'batch.post.results',
    drive: async (drive) => {
      const [ann = '', bob = '', cyd = '', dan = ''] = clientIds(drive, 4)
      const good = messagesTo(drive, [cyd, ann, dan, bob, ann, cyd, bob], 7)
      const messages = [
        { client_id: bob, data: '' },
        ...good.slice(0, 2),
        { client_id: '', data: drive.text() },
        ...good.slice(2, 4),
        { client_id: ann },
        ...good.slice(4),
        { client_id: dan, data: 7 },
      ]
      await postAlone(drive, 'alone', messages)
      await postBatch(drive, 'batch', messages)
    },
    control: acceptedAsMany('batch', 'alone'),
    judge: all(answeredEach('batch', 11), placedAsAlone('batch', 'alone')),
    killedBy: ['leaves-problems-out-of-results', 'answers-receipts-first', 'answers-by-client-id'],
  },
  {
    id: 'batch.equal-messages.answered',
    proves: 'batch.post.results',
    drive: async (drive) => {
      const [message] = messagesTo(drive, [drive.clientId()], 1)
      await postBatch(drive, 'control', [message])
      await postBatch(drive, 'batch', [message, message, message])
    },
    control: answeredEach('control', 1),
    judge: all(answeredEach('batch', 3), acceptedEach('batch')),
    killedBy: ['answers-equal-messages-once'],
  },
  {
    id: 'batch.empty-list.answered',
    proves: 'batch.post.results',
    drive: async (drive) => {
      await postBatch(drive, 'control', messagesTo(drive, [drive.clientId()], 1))
      await postBatch(drive, 'empty', [])
    },
    control: acceptedEach('control'),
    judge: answeredEach('empty', 0),
    killedBy: ['refuses-empty-batches'],
  },
  {
    id: 'batch.all-bad.answered',
    proves: 'batch.post.results',
    drive: async (drive) => {
      const bad = [null, {}, { client_id: drive.clientId(), data: 7 }]
      await postBatch(drive, 'control', messagesTo(drive, [drive.clientId()], 1))
      await postAlone(drive, 'alone', bad)
      await postBatch(drive, 'all bad', bad)
    },
    control: acceptedEach('control'),
    judge: all(answeredEach('all bad', 3), placedAsAlone('all bad', 'alone')),
    killedBy: ['refuses-batches-without-good-messages', 'refuses-batches-with-a-bad-message'],
  },
  {
    id: 'batch.receipts.as-alone',
    proves: 'batch.post.receipts',
    drive: async (drive) => {
      const [present = '', absent = ''] = clientIds(drive, 2)
      await drive.connect('client', present)
      const messages = messagesTo(drive, [present, absent, absent, present], 12)
      await postAlone(drive, 'alone', messages)
      await postBatch(drive, 'batch', messages)
    },
    control: all(accepted('alone'), placeEach, oneEpochPerClient('batch')),
    judge: all(receiptsAsAlone('batch', 'alone'), receiptsApart('alone', 'batch')),
    killedBy: [
      'answers-batches-with-bare-seqs',
      'claims-no-connection-in-batches',
      'names-messages-of-a-batch-alike',
      'numbers-receipts-of-batches-from-one',
      'gives-receipts-of-batches-one-seq',
    ],
  },
  {
    id: 'batch.equal-messages.told-apart',
    proves: 'batch.post.receipts',
    drive: async (drive) => {
      const [message] = messagesTo(drive, [drive.clientId()], 1)
      await postBatch(drive, 'batch', [message, message, message])
    },
    control: all(answeredEach('batch', 3), acceptedEach('batch')),
    judge: receiptsApart('batch'),
    killedBy: ['names-messages-of-a-batch-alike', 'gives-receipts-of-batches-one-seq'],
  },
  {
    id: 'message.seq-of-batches.counted',
    proves: 'message.seq.contiguous',
    profiles: ['batch'],
    drive: async (drive) => {
      const [own = '', other = ''] = clientIds(drive, 2)
      await drive.post('before', own, drive.text())
      const tooLarge = 'x'.repeat((drive.advertised.limits.data_bytes ?? 0) + 1)
      const messages = messagesTo(drive, [own, other, own], 12)
      await postBatch(drive, 'batch', [
        ...messages.slice(0, 5),
        { client_id: own, data: '' },
        { client_id: own, data: tooLarge },
        ...messages.slice(5),
      ])
      await drive.post('after', own, drive.text())
    },
    control: all(accepted('before'), accepted('after'), answeredEach('batch', 14)),
    judge: countedWithBatches('before', 'batch', 'after'),
    killedBy: [
      'numbers-receipts-of-batches-from-one',
      'gives-receipts-of-batches-one-seq',
      'numbers-refused-posts',
      'numbers-all-clients-together',
      'skips-a-number',
    ],
  },
  {
    id: 'batch.messages.delivered',
    proves: 'batch.post.deliver',
    drive: async (drive) => {
      const [ann = '', bob = '', cyd = ''] = clientIds(drive, 3)
      const [toAnn, toBob] = [await drive.connect('ann', ann), await drive.connect('bob', bob)]
      await drive.post('alone', ann, drive.text())
      const others = messagesToMany(drive, 120)
      const own = messagesTo(drive, [ann, cyd, bob], 24)
      await postBatch(drive, 'batch', [...own.slice(0, 12), ...others, ...own.slice(12)])
      for (const [as, clientId, connection] of [
        ['fence of ann', ann, toAnn],
        ['fence of bob', bob, toBob],
      ] as const) {
        const fence = drive.text()
        await drive.post(as, clientId, fence)
        await connection.message(fence)
      }
    },
    control: all(
      delivered('ann', 'alone'),
      arrived('ann', 'fence of ann'),
      arrived('bob', 'fence of bob'),
      oneEpochPerClient('batch'),
    ),
    judge: all(deliveredEach('ann', 'batch'), deliveredEach('bob', 'batch')),
    killedBy: [
      'keeps-batches-from-connections',
      'delivers-newest-of-a-batch-alone',
      'delivers-first-hundred-of-a-batch',
      'quotes-data-of-batches',
      'names-messages-of-a-batch-alike',
      'numbers-receipts-of-batches-from-one',
      'gives-receipts-of-batches-one-seq',
    ],
  },
  {
    id: 'batch.messages.in-order',
    proves: 'batch.order.kept',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.connect('client', clientId)
      const few = messagesTo(drive, [clientId], 6)
      await postBatch(
        drive,
        'few',
        few.map((message, at) => ({ ...message, data: message.data.padEnd(LONG - 300 * at, '.') })),
      )
      const own = messagesTo(drive, [clientId], 12)
      const others = messagesToMany(drive, MANY)
      const each = MANY / own.length
      await postBatch(
        drive,
        'many',
        own.flatMap((message, at) => [...others.slice(at * each, (at + 1) * each), message]),
      )
      const fence = drive.text()
      await drive.post('fence', clientId, fence)
      await connection.message(fence)
    },
    control: all(arrived('client', 'fence'), oneEpochPerClient('few'), oneEpochPerClient('many')),
    judge: all(
      numberedInOrder('few'),
      numberedInOrder('many'),
      arrivedInOrder('client', 'few'),
      arrivedInOrder('client', 'many'),
    ),
    killedBy: [
      'takes-batches-backwards',
      'takes-batches-in-two-shares',
      'takes-short-messages-first',
      'takes-rest-of-batches-backwards',
      'gives-receipts-of-batches-one-seq',
    ],
  },
]
