/** Checks of the chapter socket, section messages: frames that a page must not send. */

import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { makeFrame } from '../drive/frames.ts'
import { openRawPage } from '../drive/raw-page.ts'
import { closed, closedSaying } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { forwarded, heard } from '../judges/socket-messages.ts'
import { fill, TOO_LONG_TEXTS } from './socket-texts.ts'

type Bytes = Buffer | readonly Buffer[]

const start = (data: string | Buffer): Buffer => makeFrame(1, data, { isFinal: false })

/** Each defect on a socket of its own, behind a text that is well formed and that the application answers. */
function frameCheck(
  id: string,
  proves: string,
  defects: Readonly<Record<string, Bytes>>,
  slug: CloseSlug,
  killedBy: Check['killedBy'],
): Check {
  return {
    id,
    proves,
    needs: ['webhooks'],
    drive: async (drive) => {
      await Promise.all(
        Object.entries(defects).map(async ([as, bytes]) => {
          const { raw, webhooks } = await openRawPage(drive, as)
          raw.write(makeFrame(1, 'well formed'), 'a text')
          await webhooks.event('message')
          raw.write(Buffer.concat([bytes].flat()), `the frames of ${as}`)
          await raw.closeFrame()
          raw.drop()
        }),
      )
    },
    control: all(...Object.keys(defects).map((as) => heard(as, 'message'))),
    judge: all(...Object.keys(defects).map((as) => closed(as, slug))),
    killedBy,
  }
}

/** Says `data` on a page of its own, behind a text of as many bytes as are allowed, and waits for the end. */
async function overdo(drive: Drive, as: string, data: string | Buffer): Promise<void> {
  const { page, webhooks } = await drive.sockets.connect(as)
  page.send(longest(drive.advertised))
  await webhooks.event('message')
  page.send(data)
  await page.ended()
}

const longest = ({ limits }: Drive['advertised']): string => fill('x', limits.data_bytes ?? 0)
const TOO_LONG = Object.keys(TOO_LONG_TEXTS)
const BINARY = {
  binary: Buffer.from('hello'),
  'empty binary': Buffer.alloc(0),
  'longest binary': Buffer.alloc(32_000, 0x20),
} as const
const MALFORMED = 'socket.frame.malformed'

/** In the order of the chapter. */
export const SOCKET_FRAME_CHECKS: readonly Check[] = [
  {
    id: 'socket.too-long-text.closed',
    proves: 'socket.message.too-large',
    needs: ['webhooks'],
    drive: async (drive) => {
      await Promise.all(
        Object.entries(TOO_LONG_TEXTS).map(([as, text]) =>
          overdo(drive, as, text(drive.advertised)),
        ),
      )
    },
    control: all(...TOO_LONG.map((as) => forwarded(as, (advertised) => [longest(advertised)]))),
    judge: all(...TOO_LONG.map((as) => closedSaying(as, 'frame-too-large'))),
    killedBy: ['reads-longer-texts-of-pages', 'calls-long-texts-malformed'],
  },
  {
    id: 'socket.too-long-fragments.closed',
    proves: 'socket.message.too-large',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { raw, webhooks } = await openRawPage(drive, 'page')
      const half = fill('x', Math.ceil((drive.advertised.limits.data_bytes ?? 0) / 2))
      raw.write(Buffer.concat([start(half), makeFrame(0, half.slice(1))]), 'a text in two parts')
      await webhooks.event('message')
      raw.write(
        Buffer.concat([start(half), makeFrame(0, `${half}x`)]),
        'a longer text in two parts',
      )
      await raw.closeFrame()
      raw.drop()
    },
    control: heard('page', 'message'),
    judge: closed('page', 'frame-too-large'),
    killedBy: ['reads-longer-texts-of-pages', 'calls-long-texts-malformed'],
  },
  {
    id: 'socket.binary-message.closed',
    proves: 'socket.binary.refused',
    needs: ['webhooks'],
    drive: async (drive) => {
      await Promise.all(
        Object.entries(BINARY).map(async ([as, bytes]) => {
          const { page, webhooks } = await drive.sockets.connect(as)
          page.send(bytes.toString())
          await webhooks.event('message')
          page.send(bytes)
          await page.ended()
        }),
      )
    },
    control: all(...Object.keys(BINARY).map((as) => heard(as, 'message'))),
    judge: all(...Object.keys(BINARY).map((as) => closedSaying(as, 'unsupported-data'))),
    killedBy: ['takes-binary-for-text', 'calls-binary-malformed'],
  },
  {
    ...frameCheck(
      'socket.malformed-frame.closed',
      MALFORMED,
      {
        'reserved bit': makeFrame(1, 'hello', { reserved: 4 }),
        'unmasked text': makeFrame(1, 'hello', { isMasked: false }),
        'opcode 3': makeFrame(3, 'hello'),
        'no beginning': makeFrame(0, 'hello'),
        'two beginnings': [start('hello'), makeFrame(1, 'hello')],
        'a long Ping': makeFrame(9, 'x'.repeat(126)),
        'a Close of one byte': makeFrame(8, 'x'),
      },
      'protocol-error',
      ['calls-broken-frames-of-pages-forbidden'],
    ),
    profiles: ['robust'],
  },
  {
    ...frameCheck(
      'socket.bad-utf8.closed',
      MALFORMED,
      {
        'a wrong sequence': makeFrame(1, Buffer.from([0xc3, 0x28])),
        'an overlong form': makeFrame(1, Buffer.from([0xc0, 0xaf])),
        'an encoded surrogate': makeFrame(1, Buffer.from([0xed, 0xa0, 0x80])),
        'a cut sequence': [start(Buffer.from([0xe2, 0x82])), makeFrame(0, '')],
      },
      'invalid-utf8',
      ['calls-bad-utf8-of-pages-malformed'],
    ),
    profiles: ['robust'],
  },
]
