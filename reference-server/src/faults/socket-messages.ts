/** Faults of what pages say on sockets: what becomes of it, in which order, and how often it is attempted. */
import type { Fault, Parts } from '../parts.ts'
import type { AttemptAnswer, SocketDelivery, SocketSink } from '../webhook-port.ts'

const LONG_TEXT = 16_384
const EARLY_MS = 100
const CODES = { malformed: 1002, notUtf8: 1007, tooLarge: 1009 }

/** Each breaks what the chapter on sockets promises about messages. */
export const socketMessageFaults: readonly Fault[] = [
  changesTexts('trims-texts-of-pages', 'Blanks at the ends of texts are cut off.', (text) =>
    text.trim(),
  ),
  changesTexts('breaks-lines-of-texts-anew', 'Line breaks of texts become CR LF.', (text) =>
    text.replace(/\r?\n/g, '\r\n'),
  ),
  changesTexts('composes-texts-of-pages', 'Texts are brought into composed form.', (text) =>
    text.normalize('NFC'),
  ),
  changesTexts('reads-plus-signs-of-texts-as-blanks', 'Plus signs become blanks.', (text) =>
    text.replaceAll('+', ' '),
  ),
  changesTexts('cuts-long-texts-of-pages', 'Texts are cut after 16,384 characters.', (text) =>
    text.slice(0, LONG_TEXT),
  ),
  {
    name: 'drops-empty-texts-of-pages',
    misdeed: 'An empty text does not become a message.',
    breaks: ['socket.message.sent'],
    apply: (parts) => dropMessages(parts, ({ body }) => body === ''),
  },
  {
    name: 'drops-repeated-texts-of-pages',
    misdeed: 'A text that a page says twice in a row becomes one message.',
    breaks: ['socket.message.sent'],
    apply: (parts) => {
      const last = new Map<string, string>()
      dropMessages(parts, ({ body }, id) => {
        const isAgain = last.get(id) === body
        last.set(id, body)
        return isAgain
      })
    },
  },
  {
    name: 'forgets-early-texts-of-pages',
    misdeed: 'What a page says long before its handshake is answered is read and forgotten.',
    breaks: ['socket.message.sent', 'socket.message.flushed', 'socket.pressure.bounded'],
    apply: (parts) => {
      const { rules, wraps, ports } = parts
      const isRead = rules.decideReading
      rules.decideReading = (progress) => progress.stage === 'pending' || isRead(progress)
      const acceptedAtMs = new Map<string, number>()
      dropMessages(parts, ({ atMs }, id) => atMs + EARLY_MS < (acceptedAtMs.get(id) ?? 0))
      const wrap = wraps.socketSink
      wraps.socketSink = (inner) => {
        const sink = wrap(inner)
        return {
          ...sink,
          handshake: (socket, atMs, onEnd) =>
            sink.handshake(socket, atMs, (answer) => {
              acceptedAtMs.set(socket.id, ports.clock.nowMs())
              onEnd(answer)
            }),
        }
      }
    },
  },
  {
    name: 'sends-messages-side-by-side',
    misdeed: 'All messages that were read are attempted at once.',
    breaks: ['socket.message.order', 'socket.message.stopped'],
    apply: ({ rules }) => {
      rules.decideMessageTurn = (progress) => progress.stage === 'accepted'
    },
  },
  {
    name: 'sends-newest-message-first',
    misdeed: 'Of the messages that were read, the newest is attempted next.',
    breaks: ['socket.message.order'],
    apply: ({ rules }) => {
      rules.selectNextMessage = (unsent) => unsent - 1
    },
  },
  repeats('repeats-messages-after-5xx', 'was answered with 500 or more', (answer) =>
    hasStatus(answer, 500, 599),
  ),
  repeats('repeats-messages-after-429', 'was answered with 429', (answer) =>
    hasStatus(answer, 429, 429),
  ),
  repeats(
    'repeats-messages-after-broken-connection',
    'met a broken connection',
    (answer) => 'failure' in answer && answer.failure === 'connection',
    ['socket.message.unavailable'],
  ),
  {
    name: 'repeats-messages-after-silence',
    misdeed: 'A message that was not answered in time is attempted a second time.',
    breaks: ['socket.message.once'],
    apply: (parts) =>
      onAnswer(parts, (answer, again) => {
        if ('failure' in answer && answer.failure === 'timeout') void again()
        return answer
      }),
  },
  takesForTrouble('closes-on-redirect', 'a redirect', 300, 399),
  takesForTrouble('closes-on-404', '404', 404, 404),
  takesForTrouble('closes-on-429', '429', 429, 429),
  {
    name: 'stops-after-4xx',
    misdeed: 'After a message that was answered with 4xx no other is attempted on its socket.',
    breaks: ['socket.message.consumed'],
    apply: ({ wraps }) => {
      wraps.socketSink = (sink) => ({
        ...sink,
        message: (socket, message, onEnd) =>
          sink.message(socket, message, (answer) => {
            if (!hasStatus(answer, 400, 499)) onEnd(answer)
          }),
      })
    },
  },
  {
    name: 'waits-half-as-long-for-messages',
    misdeed: 'A message counts as unanswered after half of the advertised time.',
    breaks: ['socket.message.consumed'],
    apply: ({ wraps, ports, timings }) => {
      const halfMs = timings.webhook_timeout_seconds * 500
      wraps.socketAttempt = (attempt) => (delivery) => {
        if (delivery.event !== 'message') return attempt(delivery)
        const late = Promise.withResolvers<AttemptAnswer>()
        ports.clock.after(halfMs, () => late.resolve({ failure: 'timeout' }))
        return Promise.race([attempt(delivery), late.promise])
      }
    },
  },
  keepsSocket('keeps-socket-after-500', '500', (answer) => hasStatus(answer, 500, 500)),
  keepsSocket('keeps-socket-after-503', '503', (answer) => hasStatus(answer, 503, 503)),
  keepsSocket(
    'keeps-socket-after-broken-connection',
    'a broken connection',
    (answer) => 'failure' in answer && answer.failure === 'connection',
  ),
  keepsSocket(
    'keeps-socket-after-silence',
    'silence',
    (answer) => 'failure' in answer && answer.failure === 'timeout',
  ),
  {
    name: 'waits-longer-for-messages',
    misdeed: 'A message counts as unanswered 3 seconds later than it may.',
    breaks: ['socket.message.unavailable'],
    apply: (parts) =>
      onAnswer(parts, async (answer) => {
        if ('failure' in answer && answer.failure === 'timeout') {
          const { promise, resolve } = Promise.withResolvers<void>()
          parts.ports.clock.after(3000, resolve)
          await promise
        }
        return answer
      }),
  },
  {
    name: 'drops-texts-before-goodbye',
    misdeed: 'What was read and not attempted is dropped when the page says goodbye.',
    breaks: ['socket.message.flushed'],
    apply: ({ rules }) => {
      const select = rules.selectLeft
      rules.selectLeft = (unsent, ending) => (ending.by === 'page' ? [] : select(unsent, ending))
    },
  },
  {
    name: 'reads-on-while-message-waits',
    misdeed: 'Sockets are read all the time, and what comes is kept.',
    breaks: ['socket.pressure.bounded', 'socket.heartbeat.timeout'],
    apply: ({ wraps }) => {
      wraps.socketReading = (reading) => ({ ...reading, pause: () => {} })
    },
  },
  {
    name: 'sends-webhooks-of-one-path-in-turn',
    misdeed: 'Sockets with the same path wait for each other.',
    breaks: ['socket.pressure.others'],
    apply: ({ wraps }) => {
      const last = new Map<string, Promise<unknown>>()
      wraps.socketAttempt = (attempt) => (delivery) => {
        const { path } = delivery.socket
        const next = (last.get(path) ?? Promise.resolve()).then(() => attempt(delivery))
        last.set(path, next)
        return next
      }
    },
  },
  {
    name: 'keeps-presence-waiting-for-sockets',
    misdeed: 'Presence of a client id waits for the socket whose path it is.',
    breaks: ['socket.pressure.others'],
    apply: ({ wraps }) => {
      const last = new Map<string, Promise<unknown>>()
      wraps.socketAttempt = (attempt) => (delivery) => {
        const answer = attempt(delivery)
        last.set(delivery.socket.path, answer)
        return answer
      }
      wraps.attempt = (attempt) => async (delivery) => {
        if (delivery.event !== 'started') await last.get(delivery.state.clientId)
        return attempt(delivery)
      }
    },
  },
  {
    name: 'reads-longer-texts-of-pages',
    misdeed: 'Texts of pages are read up to twice the advertised length.',
    breaks: ['socket.message.too-large'],
    apply: ({ rules }) => {
      rules.decideMaxTextBytes = (dataBytes) => 2 * dataBytes
    },
  },
  callsOtherwise('calls-long-texts-malformed', CODES.tooLarge, 'socket.message.too-large'),
  callsOtherwise('calls-bad-utf8-of-pages-malformed', CODES.notUtf8, 'socket.frame.malformed'),
  {
    name: 'calls-broken-frames-of-pages-forbidden',
    misdeed: 'A frame that breaks RFC 6455 is closed with 4003.',
    breaks: ['socket.frame.malformed'],
    apply: ({ rules }) => {
      const decide = rules.decideBadSocketFrame
      rules.decideBadSocketFrame = (code) => (code === CODES.malformed ? 'forbidden' : decide(code))
    },
  },
  {
    name: 'takes-binary-for-text',
    misdeed: 'A binary message is taken for a text.',
    breaks: ['socket.binary.refused'],
    apply: ({ rules }) => {
      rules.decideSocketFrame = () => undefined
    },
  },
  {
    name: 'calls-binary-malformed',
    misdeed: 'A binary message is closed as malformed.',
    breaks: ['socket.binary.refused'],
    apply: ({ rules }) => {
      rules.decideSocketFrame = (isBinary) => (isBinary ? 'protocol-error' : undefined)
    },
  },
]

function changesTexts(name: string, misdeed: string, change: (text: string) => string): Fault {
  return {
    name,
    misdeed,
    breaks: ['socket.message.sent'],
    apply: ({ wraps }) => {
      wraps.socketSink = (sink) => ({
        ...sink,
        message: (socket, message, onEnd) =>
          sink.message(socket, { ...message, body: change(message.body) }, onEnd),
      })
    },
  }
}

/** Takes some messages for answered without attempting them. */
function dropMessages(
  { wraps }: Parts,
  isDropped: (message: Parameters<SocketSink['message']>[1], id: string) => boolean,
): void {
  wraps.socketSink = (sink) => ({
    ...sink,
    message: (socket, message, onEnd) => {
      if (isDropped(message, socket.id)) queueMicrotask(() => onEnd({ status: 204 }))
      else sink.message(socket, message, onEnd)
    },
  })
}

/** Stands between the attempts of messages and their answers; `again` makes another attempt. */
function onAnswer(
  { wraps }: Parts,
  change: (
    answer: AttemptAnswer,
    again: () => Promise<AttemptAnswer>,
  ) => AttemptAnswer | Promise<AttemptAnswer>,
): void {
  wraps.socketAttempt = (attempt) => async (delivery: SocketDelivery) => {
    const answer = await attempt(delivery)
    return delivery.event === 'message' ? change(answer, () => attempt(delivery)) : answer
  }
}

function repeats(
  name: string,
  when: string,
  isRepeated: (answer: AttemptAnswer) => boolean,
  alsoBreaks: readonly string[] = [],
): Fault {
  return {
    name,
    misdeed: `A message that ${when} is attempted a second time.`,
    breaks: ['socket.message.once', ...alsoBreaks],
    apply: (parts) => onAnswer(parts, (answer, again) => (isRepeated(answer) ? again() : answer)),
  }
}

function takesForTrouble(name: string, what: string, from: number, to: number): Fault {
  return {
    name,
    misdeed: `A message that was answered with ${what} closes its socket.`,
    breaks: ['socket.message.consumed'],
    apply: ({ rules }) => {
      const decide = rules.decideMessageAnswer
      rules.decideMessageAnswer = (answer) =>
        hasStatus(answer, from, to) ? 'unavailable' : decide(answer)
    },
  }
}

function keepsSocket(
  name: string,
  what: string,
  isKept: (answer: AttemptAnswer) => boolean,
): Fault {
  return {
    name,
    misdeed: `A socket stays open after ${what} in answer to a message.`,
    breaks: ['socket.message.unavailable'],
    apply: ({ rules }) => {
      const decide = rules.decideMessageAnswer
      rules.decideMessageAnswer = (answer) => (isKept(answer) ? 'consumed' : decide(answer))
    },
  }
}

function callsOtherwise(name: string, code: number, requirement: string): Fault {
  return {
    name,
    misdeed: `What earns the close code ${code} is closed as malformed.`,
    breaks: [requirement],
    apply: ({ rules }) => {
      const decide = rules.decideBadSocketFrame
      rules.decideBadSocketFrame = (found) => (found === code ? 'protocol-error' : decide(found))
    },
  }
}

function hasStatus(answer: AttemptAnswer, from: number, to: number): boolean {
  return 'status' in answer && answer.status >= from && answer.status <= to
}
