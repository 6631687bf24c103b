/** Checks of the chapter batch about what is taken or refused as a whole. */

import type { Check } from '../check.ts'
import { bodyOf, messagesTo, messagesToMany, postBatch } from '../drive/batching.ts'
import type { Drive } from '../drive/drive.ts'
import { acceptedEach, answeredEach, countedWithBatches } from '../judges/batch.ts'
import { refusedAsTooLargeBatch } from '../judges/batch-items.ts'
import { treatedLike } from '../judges/call.ts'
import { all } from '../judges/finding.ts'
import { refused } from '../judges/problem.ts'
import type { Timeline } from '../timeline/timeline.ts'

const mostMessages = ({ advertised }: Timeline): number => advertised.limits.batch_messages ?? 0

/** Posts whose numbers show, before anything is judged, that those of one client id count up by one. */
const BEFORE = 5

/** Posts alone to a client id before and after, so that the numbers tell whether anything was accepted in between. */
async function bracketed(
  drive: Drive,
  clientId: string,
  during: () => Promise<unknown>,
): Promise<void> {
  const neighbour = drive.clientId()
  for (let at = 0; at < BEFORE; at += 1) {
    await drive.post('neighbour', neighbour, drive.text())
    await drive.post('before', clientId, drive.text())
  }
  await during()
  await drive.post('after', clientId, drive.text())
}

/** Sends a batch in a body of this many bytes on a connection of its own, with its length in front or in a chunk. */
async function sendBody(
  drive: Drive,
  as: string,
  clientId: string,
  bytes: number,
  framing: 'length' | 'chunk' = 'length',
): Promise<void> {
  const body = bodyOf(messagesTo(drive, [clientId], 2), bytes)
  const request =
    framing === 'length'
      ? drive.callRequest('POST', '/v1/batches', {}, body)
      : drive.callRequest(
          'POST',
          '/v1/batches',
          { 'Content-Length': '', 'Transfer-Encoding': 'chunked' },
          `${bytes.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
        )
  const connection = await drive.raw(as)
  connection.write(request, `a batch of 2 messages in a body of ${bytes} bytes, by ${framing}`)
  await connection.answer()
  connection.drop()
}

/** What stands where the list of messages should, by what it is. */
function badShapes(clientId: string): Readonly<Record<string, object>> {
  const message = { client_id: clientId, data: 'x' }
  return {
    absent: {},
    'a message alone': message,
    null: { messages: null },
    'a number': { messages: 1 },
    'a truth value': { messages: false },
    'a text': { messages: 'x' },
    'an empty text': { messages: '' },
    'a list as text': { messages: JSON.stringify([message]) },
    'a message': { messages: message },
    'an object with places': { messages: { 0: message, length: 1 } },
    'another name': { message: [message] },
  }
}

const SHAPES = Object.keys(badShapes(''))

/** In the order of the chapter. */
export const BATCH_SIZE_CHECKS: readonly Check[] = [
  {
    id: 'batch.most-messages.taken',
    proves: 'batch.size.messages',
    drive: async (drive) => {
      const { batch_messages: most = 1 } = drive.advertised.limits
      await postBatch(drive, 'control', messagesToMany(drive, 1))
      await postBatch(drive, 'most', messagesToMany(drive, most))
    },
    control: acceptedEach('control'),
    judge: all(answeredEach('most', mostMessages), acceptedEach('most')),
    killedBy: [
      'takes-half-as-many-messages-in-batches',
      'refuses-as-many-messages-as-allowed',
      'cuts-batches-to-half',
    ],
  },
  {
    id: 'batch.largest-body.taken',
    proves: 'batch.size.messages',
    drive: async (drive) => {
      const { batch_messages: most = 1, batch_bytes: bytes = 0 } = drive.advertised.limits
      const longest = drive.advertised.limits.data_bytes ?? 0
      await postBatch(drive, 'control', messagesToMany(drive, 1))
      const messages = messagesToMany(drive, most)
      const room = Math.floor((bytes - Buffer.byteLength(bodyOf(messages, 0))) / most)
      const filled = messages.map((message) => ({
        ...message,
        data: message.data.padEnd(Math.min(longest, message.data.length + room), '.'),
      }))
      await drive.call('largest', 'POST', '/v1/batches', { body: bodyOf(filled, bytes) })
    },
    control: acceptedEach('control'),
    judge: all(answeredEach('largest', mostMessages), acceptedEach('largest')),
    killedBy: [
      'refuses-batches-of-half-the-bytes',
      'holds-batches-to-the-bytes-of-a-message',
      'takes-half-as-many-messages-in-batches',
      'refuses-as-many-messages-as-allowed',
      'cuts-batches-to-half',
    ],
  },
  {
    id: 'batch.too-many.refused',
    proves: 'batch.size.too-many',
    drive: async (drive) => {
      const { batch_messages: most = 1 } = drive.advertised.limits
      const clientId = drive.clientId()
      await postBatch(drive, 'control', messagesToMany(drive, most))
      const others = messagesToMany(drive, most - 1)
      const [first, last] = messagesTo(drive, [clientId], 2)
      await bracketed(drive, clientId, async () => {
        await postBatch(drive, 'one more', [first, ...others, last])
        const bad = Array.from({ length: most }, () => null)
        await postBatch(drive, 'one more, all bad but one', [first, ...bad])
      })
    },
    control: all(
      answeredEach('control', mostMessages),
      acceptedEach('control'),
      countedWithBatches('before'),
    ),
    judge: all(
      refused('one more', 'payload-too-large'),
      refused('one more, all bad but one', 'payload-too-large'),
      countedWithBatches('before', 'after'),
    ),
    killedBy: [
      'takes-longer-batches',
      'cuts-long-batches',
      'calls-long-batches-malformed',
      'accepts-first-of-long-batches',
    ],
  },
  {
    id: 'batch.too-large.refused',
    proves: 'batch.size.too-large',
    drive: async (drive) => {
      const { batch_bytes: bytes = 0 } = drive.advertised.limits
      const clientId = drive.clientId()
      await sendBody(drive, 'control', clientId, bytes)
      await bracketed(drive, clientId, async () => {
        await sendBody(drive, 'one byte more', clientId, bytes + 1)
        await sendBody(drive, 'one byte more in a chunk', clientId, bytes + 1, 'chunk')
      })
    },
    control: all(answeredEach('control', 2), countedWithBatches('before')),
    judge: all(
      refusedAsTooLargeBatch('one byte more'),
      refusedAsTooLargeBatch('one byte more in a chunk'),
      countedWithBatches('before', 'after'),
    ),
    killedBy: [
      'reads-batches-a-byte-too-long',
      'reads-batches-of-twice-the-bytes',
      'names-limit-of-data-for-batches',
    ],
  },
  {
    id: 'batch.bad-shape.refused',
    proves: 'batch.shape.refused',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await postBatch(drive, 'control', messagesTo(drive, [clientId], 1))
      await bracketed(drive, clientId, async () => {
        for (const [as, json] of Object.entries(badShapes(clientId)))
          await drive.call(as, 'POST', '/v1/batches', { json })
      })
    },
    control: all(acceptedEach('control'), countedWithBatches('before')),
    judge: all(
      ...SHAPES.map((as) => refused(as, 'malformed-request')),
      countedWithBatches('before', 'after'),
    ),
    killedBy: [
      'takes-absent-messages-for-none',
      'takes-null-for-an-empty-batch',
      'takes-one-message-for-a-batch',
      'takes-texts-for-batches',
      'accepts-the-message-of-bad-batches',
    ],
  },
  {
    id: 'token.key-absent-batch.refused',
    proves: 'token.key.required',
    profiles: ['batch'],
    drive: async (drive) => {
      const messages = messagesTo(drive, [drive.clientId()], 1)
      await postBatch(drive, 'control', messages)
      await postBatch(drive, 'absent', messages, { key: 'none' })
      const key = { text: 'nobody-was-ever-given-this-application-key' }
      await postBatch(drive, 'wrong', messages, { key })
      await postBatch(drive, 'empty', [], { key: 'none' })
      await postBatch(drive, 'no list', {}, { key: 'none' })
    },
    control: acceptedEach('control'),
    judge: all(
      ...['absent', 'wrong', 'empty', 'no list'].map((as) =>
        refused(as, 'invalid-application-key'),
      ),
    ),
    killedBy: ['posts-batches-without-key'],
  },
  {
    id: 'problem.unknown-batch-members.ignored',
    proves: 'problem.unknown.ignored',
    profiles: ['batch'],
    drive: async (drive) => {
      const unknown = { x_unknown: { deep: [1, 'two', null] }, 'grease-0a0a': '?' }
      const messages = messagesTo(drive, [drive.clientId()], 2)
      const greased = messages.map((message) => ({ ...unknown, ...message }))
      await postBatch(drive, 'plain', messages)
      await postBatch(drive, 'in messages', greased)
      await postBatch(drive, 'beside messages', undefined, {
        json: { ...unknown, messages },
        query: { x_unknown: '1' },
      })
    },
    control: acceptedEach('plain'),
    judge: all(
      ...['in messages', 'beside messages'].map((as) =>
        all(treatedLike(as, 'plain'), acceptedEach(as)),
      ),
    ),
    killedBy: [
      'refuses-unknown-members',
      'refuses-unknown-members-of-messages-in-batches',
      'refuses-unknown-parameters',
    ],
  },
]
