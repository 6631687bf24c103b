/** Faults of what the application sends to sockets: what arrives, where, and what is answered. */
import type { SocketResult } from '@channel-protocol/schemas/types'
import type { Fault, Parts } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import { Refusal } from '../refusal.ts'

const LONG_TEXT = 16_384

type Frame = string | Uint8Array

/** Bytes of what a person would write. */
const SHORT = 1000

/** Each breaks what the chapter on sockets promises about sending. */
export const socketSendingFaults: readonly Fault[] = [
  encodes('trims-texts-to-pages', 'Blanks at the ends of texts are cut off.', (text) =>
    text.trim(),
  ),
  encodes(
    'sends-texts-beyond-ascii-as-binary',
    'A text with other letters than those of ASCII goes out as a binary message.',
    (text) => (/^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text)),
  ),
  encodes('rewrites-objects-to-pages', 'A JSON object is read and written anew.', (text) =>
    text.startsWith('{') ? JSON.stringify(JSON.parse(text)) : text,
  ),
  {
    name: 'drops-empty-texts-to-pages',
    misdeed: 'An empty text is not sent.',
    breaks: ['socket.send.deliver', 'socket.broadcast.all'],
    apply: (parts) =>
      onWrite(parts, (write) => (frame) => (frame === '' ? undefined : write(frame))),
  },
  {
    name: 'drops-long-texts-to-pages',
    misdeed: 'A text of more than 16,384 characters is not sent, but where it repeats the last.',
    breaks: ['socket.send.deliver', 'socket.broadcast.all', 'socket.send.whole'],
    apply: (parts) =>
      onWrite(parts, (write) => {
        let last: Frame | undefined
        return (frame) => {
          if (frame.length <= LONG_TEXT || frame === last) write(frame)
          last = frame
        }
      }),
  },
  {
    name: 'drops-repeated-texts-to-pages',
    misdeed: 'A short text that is sent twice in a row arrives once.',
    breaks: ['socket.send.deliver', 'socket.broadcast.all', 'socket.held.delivered'],
    apply: (parts) =>
      onWrite(parts, (write) => {
        let last: Frame | undefined
        return (frame) => {
          if (frame !== last || frame.length > SHORT) write(frame)
          last = frame
        }
      }),
  },
  {
    name: 'overtakes-long-texts-to-pages',
    misdeed: 'A long text is sent behind the one that follows it.',
    breaks: ['socket.send.deliver', 'socket.broadcast.all'],
    apply: (parts) =>
      onWrite(parts, (write) => {
        let waiting: Frame | undefined
        return (frame) => {
          if (waiting === undefined && frame.length > LONG_TEXT) {
            waiting = frame
            return
          }
          write(frame)
          if (waiting !== undefined) write(waiting)
          waiting = undefined
        }
      }),
  },
  {
    name: 'keeps-texts-while-message-waits',
    misdeed: 'Text to a socket waits until its message is answered.',
    breaks: ['socket.send.deliver', 'socket.broadcast.all'],
    apply: ({ wraps }) => {
      const kept = new Map<string, (() => void)[]>()
      wraps.socketSink = (sink) => ({
        ...sink,
        message: (socket, message, onEnd) => {
          kept.set(socket.path, [])
          sink.message(socket, message, (answer) => {
            for (const write of kept.get(socket.path) ?? []) write()
            kept.delete(socket.path)
            onEnd(answer)
          })
        },
      })
      wraps.socketWriter = (writer, path) => ({
        ...writer,
        write: (frame) => {
          const write = (): void => writer.write(frame)
          kept.get(path)?.push(write) ?? write()
        },
      })
    },
  },
  {
    name: 'sends-to-sockets-of-one-path',
    misdeed: 'A text for a socket goes to all sockets with its path.',
    breaks: ['socket.send.isolated'],
    apply: ({ rules }) => {
      const select = rules.selectNamed
      rules.selectNamed = (id, sockets) =>
        select(id, sockets).flatMap(({ facts: { path } }) =>
          [...sockets.values()].filter(({ facts }) => facts.path === path),
        )
    },
  },
  {
    name: 'ignores-case-of-socket-ids',
    misdeed: 'Ids of sockets are compared without regard to case.',
    breaks: ['socket.send.isolated'],
    apply: ({ rules }) => {
      rules.selectNamed = (id, sockets) =>
        [...sockets.values()].filter(({ facts }) => facts.id.toLowerCase() === id.toLowerCase())
    },
  },
  answers(
    'says-delivered-of-whole-list',
    'Where one socket got it, all are delivered.',
    (results) =>
      results.map((result) => ({ ...result, delivered: results.some((one) => one.delivered) })),
  ),
  answers(
    'answers-without-unknown-sockets',
    'A list has results of the reached alone.',
    (results) => (results.length === 1 ? results : results.filter(({ delivered }) => delivered)),
  ),
  answers('sorts-results', 'Results are sorted by id.', (results) =>
    results.toSorted((a, b) => (a.socket < b.socket ? -1 : 1)),
  ),
  answers('answers-each-socket-once', 'An id that is named twice has one result.', (results) =>
    results.filter(
      ({ socket }, at) => results.findIndex((other) => other.socket === socket) === at,
    ),
  ),
  {
    name: 'says-delivered-until-closed-is-answered',
    misdeed: 'Text for a socket counts as delivered until its closed is answered.',
    breaks: ['socket.send.results'],
    apply: ({ rules }) => {
      rules.isSocketReachable = () => true
    },
  },
  {
    name: 'refuses-large-sends',
    misdeed: 'Sends of more than twice the longest data are refused.',
    breaks: ['socket.send.whole'],
    apply: ({ rules }) => {
      rules.decideMaxSendBytes = (dataBytes) => 2 * dataBytes
    },
  },
  {
    name: 'takes-half-as-many-sockets',
    misdeed: 'A send may name half as many sockets as advertised.',
    breaks: ['socket.send.whole'],
    apply: ({ rules }) => {
      const read = rules.readSocketList
      rules.readSocketList = (value, most) => read(value, Math.ceil(most / 2))
    },
  },
  readsLists('takes-empty-list', 'An empty list is taken.', (value, read) =>
    Array.isArray(value) && value.length === 0 ? [] : read(value),
  ),
  readsLists(
    'turns-sockets-into-text',
    'Entries that are no strings are made such.',
    (value, read) => read(Array.isArray(value) ? value.map(String) : value),
  ),
  readsLists(
    'sends-to-nobody-without-sockets',
    'Without sockets nothing is sent.',
    (value, read) => (value === undefined ? [] : read(value)),
  ),
  readsLists('takes-longer-lists', 'A list may have one entry too many.', (value, read, most) =>
    read(value, most + 1),
  ),
  readsLists('counts-different-sockets', 'Equal entries count as one.', (value, read, most) =>
    read(value, Array.isArray(value) && new Set(value).size <= most ? Infinity : most),
  ),
  {
    name: 'takes-absent-body-for-empty',
    misdeed: 'An absent body is taken for an empty one.',
    breaks: ['socket.body.refuse'],
    apply: ({ rules }) => {
      const read = rules.readSocketBody
      rules.readSocketBody = (value) => read(value === undefined ? '' : value)
    },
  },
  {
    name: 'turns-bodies-into-text',
    misdeed: 'A body that is not a string is taken as its JSON text.',
    breaks: ['socket.body.refuse'],
    apply: ({ rules }) => {
      const read = rules.readSocketBody
      rules.readSocketBody = (value) =>
        read(typeof value === 'string' || value === undefined ? value : JSON.stringify(value))
    },
  },
  {
    name: 'takes-longer-bodies',
    misdeed: 'A body may be one byte longer than advertised.',
    breaks: ['socket.body.too-large'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketBodySize
      rules.decideSocketBodySize = (body, maxBytes) =>
        decide(body, maxBytes + 1) && decide(body, maxBytes)
    },
  },
  {
    name: 'counts-bodies-in-characters',
    misdeed: 'The limit of a body counts characters instead of bytes.',
    breaks: ['socket.body.too-large'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketBodySize
      rules.decideSocketBodySize = (body, maxBytes) =>
        body.length <= maxBytes ? undefined : decide(body, maxBytes)
    },
  },
  {
    name: 'hides-limit-of-bodies',
    misdeed: 'The refusal of too long a body does not name the limit.',
    breaks: ['socket.body.too-large'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketBodySize
      rules.decideSocketBodySize = (...facts) =>
        decide(...facts) && new Refusal('payload-too-large', 'body is too long')
    },
  },
  {
    name: 'broadcasts-without-sender',
    misdeed: 'A broadcast passes over sockets whose message waits for its answer.',
    breaks: ['socket.broadcast.all'],
    apply: ({ rules }) => {
      const select = rules.selectSocketReceivers
      rules.selectSocketReceivers = (open) => select(open).filter(({ inFlight }) => inFlight === 0)
    },
  },
  {
    name: 'broadcasts-to-one-path',
    misdeed: 'A broadcast reaches the sockets with the path of the oldest alone.',
    breaks: ['socket.broadcast.all'],
    apply: ({ rules }) => {
      const select = rules.selectSocketReceivers
      rules.selectSocketReceivers = (open) =>
        select(open).filter(({ path }, _at, [oldest]) => path === oldest?.path)
    },
  },
  {
    name: 'broadcasts-to-pending-sockets',
    misdeed: 'A broadcast reaches sockets whose handshake is not answered.',
    breaks: ['socket.broadcast.pending', 'socket.broadcast.all'],
    apply: ({ rules }) => {
      rules.selectSocketReceivers = (open) => [...open]
    },
  },
  {
    name: 'counts-one-socket-less',
    misdeed: 'The answer to a broadcast counts one socket less than it reached.',
    breaks: ['socket.broadcast.all'],
    apply: ({ rules }) => {
      const make = rules.makeSocketBroadcastAnswer
      rules.makeSocketBroadcastAnswer = (sockets) => make(Math.max(0, sockets - 1))
    },
  },
]

function encodes(name: string, misdeed: string, encode: (text: string) => Frame): Fault {
  return {
    name,
    misdeed,
    breaks: ['socket.send.deliver', 'socket.broadcast.all'],
    apply: ({ rules }) => {
      rules.encodeSocketText = encode
    },
  }
}

function onWrite(
  { wraps }: Parts,
  change: (write: ConnectionWriter['write']) => ConnectionWriter['write'],
): void {
  wraps.socketWriter = (writer) => ({ ...writer, write: change((frame) => writer.write(frame)) })
}

function answers(
  name: string,
  misdeed: string,
  change: (results: readonly SocketResult[]) => readonly SocketResult[],
): Fault {
  return {
    name,
    misdeed,
    breaks: ['socket.send.results'],
    apply: ({ rules }) => {
      const make = rules.makeSocketSendAnswer
      rules.makeSocketSendAnswer = (results) => make(change(results))
    },
  }
}

function readsLists(
  name: string,
  misdeed: string,
  change: (
    value: unknown,
    read: (value: unknown, most?: number) => string[],
    most: number,
  ) => string[],
): Fault {
  return {
    name,
    misdeed,
    breaks: ['socket.send.refuse'],
    apply: ({ rules }) => {
      const read = rules.readSocketList
      rules.readSocketList = (value, most) =>
        change(value, (one, limit = most) => read(one, limit), most)
    },
  }
}
