/** Checks of frames that a client must not send. */

import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Check } from '../check.ts'
import { makeFrame } from '../drive/frames.ts'
import { openRawClient } from '../drive/raw-client.ts'
import { closed } from '../judges/connection.ts'
import { each } from '../judges/finding.ts'

type Bytes = Buffer | readonly Buffer[]

const start = (data: string | Buffer): Buffer => makeFrame(1, data, { isFinal: false })

/** What ends a message in fragments: a service may close at the first of them. */
const AT_A_FRAGMENT = 'protocol-violation'

/** Each defect on a connection of its own; their twin through the same writer, without the defect, is closed as its frames deserve. */
function frameCheck(
  id: string,
  proves: string,
  twin: { readonly bytes: Bytes; readonly slug: CloseSlug },
  defects: Readonly<Record<string, Bytes>>,
  slugs: readonly CloseSlug[] | ((as: string) => readonly CloseSlug[]),
  killedBy: Check['killedBy'],
): Check {
  return {
    id,
    proves,
    drive: async (drive) => {
      for (const [as, bytes] of Object.entries({ twin: twin.bytes, ...defects })) {
        const client = await openRawClient(drive, as)
        client.write(Buffer.concat([bytes].flat()), `the frames of ${as}`)
        await client.closeFrame()
        client.drop()
      }
    },
    control: closed('twin', twin.slug),
    judge: each(Object.keys(defects), (as) =>
      closed(as, ...(typeof slugs === 'function' ? slugs(as) : slugs)),
    ),
    killedBy,
  }
}

const DATA_TWIN = { bytes: makeFrame(1, 'x'.repeat(4096)), slug: 'protocol-violation' } as const
const FRAGMENTS_TWIN = {
  bytes: [start('x'.repeat(3000)), makeFrame(9, 'between'), makeFrame(0, 'x'.repeat(1096))],
  slug: 'protocol-violation',
} as const
const CONTROL_TWIN = {
  bytes: [makeFrame(9, 'x'.repeat(125)), makeFrame(8, Buffer.from([0x03, 0xe8]))],
  slug: 'closed',
} as const

const SIZE = 'connection.frame.size'
const MALFORMED = 'connection.frame.malformed'

/** In the order of the chapter. */
export const CONNECTION_FRAME_CHECKS: readonly Check[] = [
  frameCheck(
    'connection.long-frame.closed',
    SIZE,
    DATA_TWIN,
    {
      'one byte more': makeFrame(1, 'x', { announce: 4097 }),
      'a mebibyte': makeFrame(2, 'x', { announce: 1024 * 1024 }),
      'a tebibyte': makeFrame(1, 'x', { announce: 2 ** 40 }),
    },
    ['frame-too-large'],
    ['reads-longer-frames', 'calls-long-frames-malformed'],
  ),
  frameCheck(
    'connection.long-fragments.closed',
    SIZE,
    FRAGMENTS_TWIN,
    {
      'two fragments': [start('x'.repeat(3000)), makeFrame(0, 'x', { announce: 1097 })],
      'many fragments': [
        start('x'),
        ...Array.from({ length: 4097 }, () => makeFrame(0, 'x', { isFinal: false })),
      ],
    },
    ['frame-too-large', AT_A_FRAGMENT],
    ['reads-longer-frames', 'calls-long-frames-malformed'],
  ),
  frameCheck(
    'connection.unmasked-frame.closed',
    MALFORMED,
    DATA_TWIN,
    {
      'unmasked text': makeFrame(1, 'hello', { isMasked: false }),
      'unmasked Ping': makeFrame(9, 'hello', { isMasked: false }),
    },
    ['protocol-error'],
    ['calls-broken-frames-a-violation'],
  ),
  frameCheck(
    'connection.reserved-bits.closed',
    MALFORMED,
    DATA_TWIN,
    {
      'bit 1': makeFrame(1, 'hello', { reserved: 4 }),
      'bit 2': makeFrame(1, 'hello', { reserved: 2 }),
      'bit 3': makeFrame(1, 'hello', { reserved: 1 }),
      'opcode 3': makeFrame(3, 'hello'),
      'opcode 11': makeFrame(11, ''),
    },
    ['protocol-error'],
    ['calls-broken-frames-a-violation'],
  ),
  frameCheck(
    'connection.broken-fragments.closed',
    MALFORMED,
    FRAGMENTS_TWIN,
    {
      'no beginning': makeFrame(0, 'hello'),
      'two beginnings': [start('hello'), makeFrame(1, 'hello')],
    },
    (as) => (as === 'no beginning' ? ['protocol-error'] : ['protocol-error', AT_A_FRAGMENT]),
    ['calls-broken-frames-a-violation'],
  ),
  frameCheck(
    'connection.broken-control.closed',
    MALFORMED,
    CONTROL_TWIN,
    {
      'a Ping in fragments': makeFrame(9, 'hello', { isFinal: false }),
      'a long Ping': makeFrame(9, 'x'.repeat(126)),
      'a Close of one byte': makeFrame(8, 'x'),
      'a Close with 1005': makeFrame(8, Buffer.from([0x03, 0xed])),
    },
    ['protocol-error'],
    ['calls-broken-frames-a-violation'],
  ),
  frameCheck(
    'connection.bad-utf8.closed',
    'connection.frame.utf8',
    { bytes: makeFrame(1, Buffer.from([0xc3, 0xa9])), slug: 'protocol-violation' },
    {
      'a wrong sequence': makeFrame(1, Buffer.from([0xc3, 0x28])),
      'an overlong form': makeFrame(1, Buffer.from([0xc0, 0xaf])),
      'an encoded surrogate': makeFrame(1, Buffer.from([0xed, 0xa0, 0x80])),
      'a cut sequence': [start(Buffer.from([0xe2, 0x82])), makeFrame(0, '')],
    },
    ['invalid-utf8', 'protocol-violation'],
    ['calls-bad-utf8-malformed'],
  ),
]
