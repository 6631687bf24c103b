/** Makes a socket write HTTP heads in other cases and orders, and everything in pieces; it alone patches a socket. */

import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { Random } from './random.ts'

const HEAD = /^[A-Z]+ \S+ HTTP\/1\.1\r\n/
const END = '\r\n\r\n'

/** From now on what is written on the socket is greased; `randomFor` gives the chance of a head. */
export function greaseSocket(socket: Socket, randomFor: (head: string) => Random): void {
  const write = socket.write.bind(socket)
  /** What waits for its turn; while nothing does, bytes go out at once. */
  let waiting: Promise<unknown> | undefined
  const writeLater = (pieces: readonly Buffer[], done: () => void): void => {
    const before = waiting ?? (socket.connecting ? untilConnected(socket) : Promise.resolve())
    const mine = before.then(async () => {
      for (const piece of pieces) {
        if (socket.writable) write(piece)
        await turn()
      }
      if (waiting === mine) waiting = undefined
      done()
    })
    waiting = mine
  }
  // A library that corks its writes would have them leave in one piece.
  socket.cork = () => {}
  socket.uncork = () => {}
  socket.write = ((chunk: string | Buffer, ...rest: unknown[]): boolean => {
    const encoding = typeof rest[0] === 'string' ? (rest[0] as BufferEncoding) : 'utf8'
    const callback = rest.find((one) => typeof one === 'function') as (() => void) | undefined
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
    const text = bytes.subarray(0, 16_384).toString('latin1')
    const end = HEAD.test(text) ? text.indexOf(END) : -1
    if (end < 0 && !waiting) return write(bytes, callback)
    const random = end < 0 ? undefined : randomFor(text.slice(0, end))
    const greased = random
      ? Buffer.concat([greaseHead(text.slice(0, end), random), bytes.subarray(end)])
      : bytes
    const pieces = random ? cutInPieces(greased, random) : [greased]
    writeLater(pieces, () => callback?.())
    return true
  }) as Socket['write']
}

function untilConnected(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('connect', resolve)
    socket.once('close', () => resolve())
  })
}

/** The same head: the order of fields of one name is kept. */
function greaseHead(head: string, random: Random): Buffer {
  const [line = '', ...fields] = head.split('\r\n')
  const byName = Map.groupBy(fields, (field) => field.split(':', 1)[0]?.toLowerCase() ?? '')
  const texts = random.shuffle([...byName.values()]).flatMap((same) =>
    same.map((field) => {
      const colon = field.indexOf(':')
      return `${recase(field.slice(0, colon), random)}${field.slice(colon)}`
    }),
  )
  return Buffer.from([line, ...texts].join('\r\n'), 'latin1')
}

function recase(name: string, random: Random): string {
  const ways = [
    () => name,
    () => name.toLowerCase(),
    () => name.toUpperCase(),
    () => name.toLowerCase().replace(/\b[a-z]/g, (letter) => letter.toUpperCase()),
    () =>
      [...name.toLowerCase()]
        .map((letter) => (random.below(2) === 0 ? letter : letter.toUpperCase()))
        .join(''),
  ] as const
  return random.pick(ways)()
}

/** Two or three pieces, cut anywhere. */
function cutInPieces(bytes: Buffer, random: Random): Buffer[] {
  const cuts = [random.below(bytes.length), random.below(bytes.length)].sort((a, b) => a - b)
  return [0, ...cuts]
    .map((from, at) => bytes.subarray(from, cuts[at] ?? bytes.length))
    .filter((piece) => piece.length > 0)
}
