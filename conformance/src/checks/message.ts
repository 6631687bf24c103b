/** Checks of the chapter message about posting, order and counters. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { Connection } from '../drive/socket.ts'
import { answeredAs } from '../judges/call.ts'
import { welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import {
  accepted,
  arrived,
  contiguous,
  continuesWelcome,
  countsConnections,
  delivered,
  distinctEpochs,
  epochsGrow,
  growingEpochs,
  inOrder,
  notTaken,
  onlyOwn,
  uniqueIds,
} from '../judges/message.ts'
import { answered } from '../judges/problem.ts'

/** Data that a careless service changes on its way. */
export const DELICATE_DATA = [
  '{"move":"e2e4","n":1.0}',
  '\ufeffa mark in front',
  ' blanks at both ends \t\r\n',
  'quotes " \' ` and \\ and / and \\u0041',
  '<b>&amp;</b> $(x) %s %20 +',
  '\u0000\u0001\u001f\u007f\u0085',
  '\u2028\u2029\u00a0\ufeff',
  'A\u030a e\u0301 Å é ﬁ Ω',
  '👩‍👩‍👧‍👦 🏳️‍🌈 \u{10ffff} \ufffd \uffff',
  'null',
  '0',
] as const

/** More messages than most checks send, so that rare defects have room to show. */
/** Posts of which several reach a service in one millisecond. */
const AT_ONCE = 80
const MANY = 25

/** Client ids that differ from the first one by very little. */
const NEIGHBOURS = ['client', 'upper case', 'decomposed', 'longer', 'shorter'] as const

/** Posts one after the other. */
async function postEach(
  drive: Drive,
  as: string,
  clientId: string,
  texts: readonly string[],
): Promise<void> {
  for (const text of texts) await drive.post(as, clientId, text)
}

function texts(drive: Drive, count: number): string[] {
  return Array.from({ length: count }, () => drive.text())
}

/** In the order of the chapter. */
export const MESSAGE_CHECKS: readonly Check[] = [
  {
    id: 'message.post.receipted',
    proves: 'message.post.receipt',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.post('nobody there', clientId, drive.text())
      await drive.connect('client', clientId)
      await drive.post('somebody there', clientId, drive.text())
    },
    judge: all(
      answeredAs('nobody there', 200, 'Receipt'),
      answeredAs('somebody there', 200, 'Receipt'),
    ),
    killedBy: ['answers-without-receipt-seq', 'writes-epoch-as-text'],
  },
  {
    id: 'message.connections.counted',
    proves: 'message.post.connections',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.post('before', clientId, drive.text())
      const old = await drive.connect('old', clientId)
      await drive.post('during', clientId, drive.text())
      const current = await drive.connect('new', clientId)
      await old.ended()
      await drive.post('after takeover', clientId, drive.text())
      current.close(1000)
      await current.ended()
      await drive.post('afterwards', clientId, drive.text())
      const leaving = await drive.connect('leaving', clientId)
      leaving.close(1001)
      await leaving.ended()
      await drive.post('away', clientId, drive.text())
    },
    control: all(welcomed('old'), welcomed('new'), welcomed('leaving')),
    judge: all(
      countsConnections('before', 0),
      countsConnections('during', 1),
      countsConnections('after takeover', 1),
      countsConnections('afterwards', 0),
      countsConnections('away', 0),
    ),
    killedBy: ['claims-a-connection', 'claims-no-connection', 'counts-connection-in-grace'],
  },
  {
    id: 'message.data.unchanged',
    proves: 'message.post.deliver',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.connect('client', clientId)
      await postEach(drive, 'post', clientId, DELICATE_DATA)
      const fence = drive.text()
      await drive.post('fence', clientId, fence)
      await connection.message(fence)
    },
    control: arrived('client', 'fence'),
    judge: delivered('client', 'post'),
    killedBy: [
      'trims-data',
      'strips-mark-of-data',
      'composes-data',
      'escapes-markup-in-data',
      'names-another-message',
    ],
  },
  {
    id: 'message.many.delivered',
    proves: 'message.post.deliver',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.connect('client', clientId)
      await postEach(
        drive,
        'post',
        clientId,
        texts(drive, MANY).flatMap((text) => [text, text]),
      )
      const fence = drive.text()
      await drive.post('fence', clientId, fence)
      await connection.message(fence)
    },
    control: arrived('client', 'fence'),
    judge: delivered('client', 'post'),
    killedBy: ['drops-repeated-data', 'names-another-message'],
  },
  {
    id: 'message.neighbours.isolated',
    proves: 'message.post.isolated',
    drive: async (drive) => {
      const clientId = drive.clientId('-é')
      const ids: Record<(typeof NEIGHBOURS)[number], string> = {
        client: clientId,
        'upper case': clientId.toUpperCase(),
        decomposed: clientId.normalize('NFD'),
        longer: `${clientId}.`,
        shorter: clientId.slice(0, -2),
      }
      const connections = new Map<string, Connection>()
      for (const [as, id] of Object.entries(ids)) {
        connections.set(as, await drive.connect(as, id))
      }
      for (const [as, id] of Object.entries(ids)) await drive.post(`to ${as}`, id, drive.text())
      for (const [as, id] of Object.entries(ids)) {
        const fence = drive.text()
        await drive.post(`to ${as}`, id, fence)
        await connections.get(as)?.message(fence)
      }
    },
    control: all(...NEIGHBOURS.map((as) => arrived(as, `to ${as}`))),
    judge: all(...NEIGHBOURS.map((as) => onlyOwn(as, `to ${as}`))),
    killedBy: ['ignores-case-of-client-ids', 'ignores-composition-of-client-ids'],
  },
  {
    id: 'message.seq.counted',
    proves: 'message.seq.contiguous',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const neighbour = drive.clientId()
      for (const text of texts(drive, 6)) {
        await drive.post('alone', clientId, text)
        await drive.post('neighbour', neighbour, text)
      }
      for (const data of ['', 'x'.repeat((drive.advertised.limits.data_bytes ?? 0) + 1)]) {
        await drive.post('refused', clientId, data)
        await drive.post('alone', clientId, drive.text())
      }
      const connection = await drive.connect('client', clientId)
      await Promise.all(texts(drive, 6).map((text) => drive.post('burst', clientId, text)))
      const last = drive.text()
      await drive.post('last', clientId, last)
      await connection.message(last)
    },
    control: all(accepted('alone'), notTaken('refused'), welcomed('client')),
    judge: all(contiguous(['alone', 'burst', 'last'], ['burst']), continuesWelcome('client')),
    killedBy: [
      'skips-a-number',
      'numbers-all-clients-together',
      'numbers-refused-posts',
      'welcomes-with-older-seq',
      'welcomes-with-seq-zero',
    ],
  },
  {
    id: 'message.ids.unique',
    proves: 'message.id.unique',
    drive: async (drive) => {
      const [one, other] = [drive.clientId(), drive.clientId()]
      await postEach(drive, 'one', one, texts(drive, 8))
      await postEach(drive, 'other', other, texts(drive, 8))
    },
    control: all(accepted('one'), accepted('other')),
    judge: uniqueIds('one', 'other'),
    killedBy: ['names-messages-by-seq', 'names-messages-by-epoch'],
  },
  {
    id: 'message.order.kept',
    proves: 'message.order.delivered',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const connection = await drive.connect('client', clientId)
      await postEach(drive, 'post', clientId, texts(drive, MANY))
      await Promise.all(texts(drive, 8).map((text) => drive.post('burst', clientId, text)))
      const fence = drive.text()
      await drive.post('fence', clientId, fence)
      await connection.message(fence)
    },
    control: arrived('client', 'fence'),
    judge: inOrder('client'),
    killedBy: ['delivers-in-reverse-order', 'delivers-twice'],
  },
  {
    id: 'message.epochs.growing',
    proves: 'message.epoch.grows',
    drive: async (drive) => {
      for (const text of texts(drive, 6)) await drive.post('post', drive.clientId(), text)
    },
    control: accepted('post'),
    judge: growingEpochs('post'),
    killedBy: ['begins-smaller-epochs'],
  },
  {
    id: 'message.epochs-at-once.distinct',
    proves: 'message.epoch.grows',
    drive: async (drive) => {
      const posts = Array.from({ length: AT_ONCE }, () =>
        drive.callRequest(
          'POST',
          '/v1/messages',
          {},
          JSON.stringify({ client_id: drive.clientId(), data: 'first' }),
        ),
      )
      await drive.burst('post', posts)
    },
    judge: distinctEpochs('post'),
    killedBy: ['begins-epochs-by-the-clock-alone'],
  },
  {
    id: 'message.read-epochs.growing',
    proves: 'message.epoch.grows',
    profiles: ['presence-sync'],
    drive: async (drive) => {
      await drive.post('before', drive.clientId(), drive.text())
      const query = { client_id: drive.clientId() }
      await drive.call('reader', 'GET', '/v1/presence', { query })
      await drive.post('after', drive.clientId(), drive.text())
    },
    control: all(answered('before', 200), answered('reader', 200), answered('after', 200)),
    judge: epochsGrow('before', 'reader', 'after'),
    killedBy: ['reads-with-newest-epoch', 'begins-smaller-epochs'],
  },
]
