/** Faults of the handshake: of how often the application is asked, what its answer means, and what waits for it. */
import { createHash } from 'node:crypto'
import type { Fault, Parts } from '../parts.ts'
import type { Attempt, AttemptAnswer, SocketDelivery } from '../webhook-port.ts'

const LATE_MS = 3000
/** Part of the time that a handshake may take. */
const EARLY = 0.35

/** Attempts handshakes in another way. */
function attempts(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  change: (
    attempt: Attempt<SocketDelivery>,
    delivery: SocketDelivery,
    parts: Parts,
  ) => Promise<AttemptAnswer>,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: (parts) => {
      parts.wraps.socketAttempt = (attempt) => (delivery) =>
        delivery.event === 'handshake' ? change(attempt, delivery, parts) : attempt(delivery)
    },
  }
}

/** Takes the status of some answers for another. */
function takes(name: string, misdeed: string, takeFor: (status: number) => number): Fault {
  return {
    name,
    misdeed,
    breaks: ['socket.handshake.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideHandshakeAnswer
      rules.decideHandshakeAnswer = (answer) =>
        decide('status' in answer ? { ...answer, status: takeFor(answer.status) } : answer)
    },
  }
}

/** Sends other texts than those that were held. */
function sendsHeld(
  name: string,
  misdeed: string,
  breaks: string,
  change: (
    held: readonly string[],
    outcome: Parameters<Parts['rules']['selectHeld']>[1],
  ) => readonly string[],
): Fault {
  return {
    name,
    misdeed,
    breaks: [breaks],
    apply: ({ rules }) => {
      rules.selectHeld = change
    },
  }
}

/** Each breaks what the chapter on sockets promises about the handshake. */
export const socketHandshakeFaults: readonly Fault[] = [
  attempts(
    'repeats-failed-handshakes',
    'A handshake that is answered with 500 or more is attempted again.',
    ['socket.handshake.sent'],
    async (attempt, delivery) => {
      const answer = await attempt(delivery)
      return 'status' in answer && answer.status >= 500 ? attempt(delivery) : answer
    },
  ),
  attempts(
    'repeats-broken-handshakes',
    'A handshake whose connection broke is attempted again.',
    ['socket.handshake.sent'],
    async (attempt, delivery) => {
      const answer = await attempt(delivery)
      const isBroken = 'failure' in answer && answer.failure === 'connection'
      return isBroken ? attempt(delivery) : answer
    },
  ),
  attempts(
    'repeats-refused-handshakes',
    'A handshake that was refused is attempted twice.',
    ['socket.handshake.sent'],
    async (attempt, delivery) => {
      const answer = await attempt(delivery)
      return 'status' in answer && answer.status === 403 ? attempt(delivery) : answer
    },
  ),
  {
    name: 'names-sockets-by-path',
    misdeed: 'Sockets with the same path have the same id.',
    breaks: ['socket.id.unique'],
    apply: ({ rules }) => {
      const verify = rules.verifyTicket
      let path = ''
      rules.verifyTicket = (ticket, key) => {
        const claims = verify(ticket, key)
        path = claims?.path ?? ''
        return claims
      }
      rules.makeSocketId = () => createHash('sha256').update(path).digest('base64url').slice(0, 24)
    },
  },
  {
    name: 'makes-short-socket-ids',
    misdeed: 'The id of a socket has eight characters.',
    breaks: ['socket.id.unique', 'socket.webhook.form'],
    apply: ({ rules }) => {
      const make = rules.makeSocketId
      rules.makeSocketId = (bytes) => make(bytes).slice(0, 8)
    },
  },
  {
    name: 'counts-socket-ids',
    misdeed: 'The ids of sockets count from one, anew after every start.',
    breaks: ['socket.id.unique'],
    apply: ({ rules }) => {
      let last = 0
      rules.makeSocketId = () => {
        last += 1
        return `socket-${String(last).padStart(17, '0')}`
      }
    },
  },
  takes('accepts-handshakes-below-400', 'A redirect accepts a socket like 2xx.', (status) =>
    status >= 300 && status <= 399 ? 200 : status,
  ),
  takes(
    'accepts-handshakes-answered-404',
    'A missing handler accepts a socket like 2xx.',
    (status) => (status === 404 ? 200 : status),
  ),
  takes(
    'accepts-200-and-204-alone',
    'A success other than 200 and 204 refuses a socket.',
    (status) => (status === 200 || status === 204 ? status : 400),
  ),
  {
    name: 'takes-server-errors-for-silence',
    misdeed: 'A socket whose handshake is answered with 500 or more is closed with 4105.',
    breaks: ['socket.handshake.refused'],
    apply: ({ rules }) => {
      const { decideHandshakeAnswer, decideHandshakeEnd } = rules
      let status = 0
      rules.decideHandshakeAnswer = (answer) => {
        status = 'status' in answer ? answer.status : 0
        return decideHandshakeAnswer(answer)
      }
      rules.decideHandshakeEnd = (outcome) =>
        status >= 500 ? 'application-unavailable' : decideHandshakeEnd(outcome)
    },
  },
  {
    name: 'refuses-sockets-with-another-code',
    misdeed: 'A socket that the application refuses is closed with 4000.',
    breaks: ['socket.handshake.refused'],
    apply: ({ rules }) => {
      const decide = rules.decideHandshakeEnd
      rules.decideHandshakeEnd = (outcome) =>
        outcome === 'refuse' ? 'bad-request' : decide(outcome)
    },
  },
  attempts(
    'follows-redirects-of-handshakes',
    'A redirect of a handshake is followed.',
    ['socket.handshake.refused'],
    async (attempt, delivery) => {
      const answer = await attempt(delivery)
      if (!('location' in answer) || answer.location === undefined) return answer
      return { status: (await fetch(answer.location, { method: 'POST' })).status }
    },
  ),
  {
    name: 'refuses-unanswered-handshakes',
    misdeed: 'A socket whose handshake was not answered is closed as if it had been refused.',
    breaks: ['socket.handshake.unavailable'],
    apply: ({ rules }) => {
      rules.decideHandshakeEnd = () => 'forbidden'
    },
  },
  {
    name: 'accepts-unanswered-handshakes',
    misdeed: 'A handshake whose connection broke, or that was not answered, accepts the socket.',
    breaks: ['socket.handshake.unavailable', 'socket.handshake.blocks'],
    apply: ({ rules }) => {
      const decide = rules.decideHandshakeAnswer
      rules.decideHandshakeAnswer = (answer) => ('failure' in answer ? 'accept' : decide(answer))
    },
  },
  attempts(
    'waits-long-for-handshakes',
    'An unanswered handshake ends its socket seconds later than advertised.',
    ['socket.handshake.unavailable'],
    async (attempt, delivery, { ports }) => {
      const answer = await attempt(delivery)
      if (!('failure' in answer) || answer.failure !== 'timeout') return answer
      return new Promise((resolve) => {
        ports.clock.after(LATE_MS, () => resolve(answer))
      })
    },
  ),
  attempts(
    'gives-handshakes-up-early',
    'A handshake is given up before two fifths of the advertised time has passed.',
    ['socket.handshake.unavailable'],
    (attempt, delivery, { ports, timings }) => {
      const early = new Promise<AttemptAnswer>((resolve) => {
        const waitMs = timings.webhook_timeout_seconds * 1000 * EARLY
        ports.clock.after(waitMs, () => resolve({ failure: 'timeout' }))
      })
      return Promise.race([attempt(delivery), early])
    },
  ),
  {
    name: 'sends-messages-before-the-handshake-is-answered',
    misdeed: 'What a page says is sent while its handshake waits for an answer.',
    breaks: ['socket.handshake.blocks'],
    apply: ({ rules }) => {
      const { decideReading, decideMessageTurn } = rules
      const early = (stage: string): 'accepted' | 'failed' =>
        stage === 'failed' ? 'failed' : 'accepted'
      rules.decideReading = (progress) =>
        decideReading({ ...progress, stage: early(progress.stage) })
      rules.decideMessageTurn = (progress) =>
        decideMessageTurn({ ...progress, stage: early(progress.stage) })
    },
  },
  {
    name: 'sends-held-texts-at-once',
    misdeed: 'Text for a socket is sent before its handshake was answered.',
    breaks: ['socket.held.delivered', 'socket.held.dropped', 'socket.held.bounded'],
    apply: ({ rules }) => {
      rules.decideHolding = () => false
    },
  },
  sendsHeld(
    'reverses-held-texts',
    'Held texts are sent in the reverse order.',
    'socket.held.delivered',
    (held, outcome) => (outcome === 'accept' ? held.toReversed() : []),
  ),
  sendsHeld(
    'forgets-held-texts',
    'Held texts are dropped, also when the socket is accepted.',
    'socket.held.delivered',
    () => [],
  ),
  sendsHeld(
    'holds-one-text-only',
    'Of several held texts only the last is sent.',
    'socket.held.delivered',
    (held, outcome) => (outcome === 'accept' ? held.slice(-1) : []),
  ),
  sendsHeld(
    'sends-held-texts-twice',
    'Held texts are sent twice.',
    'socket.held.delivered',
    (held, outcome) => (outcome === 'accept' ? held.flatMap((text) => [text, text]) : []),
  ),
  sendsHeld(
    'sends-held-texts-to-the-refused',
    'Held texts are sent before a refused socket is closed.',
    'socket.held.dropped',
    (held, outcome) => (outcome === 'accept' || outcome === 'refuse' ? held : []),
  ),
  sendsHeld(
    'sends-held-texts-to-the-unanswered',
    'Held texts are sent before a socket whose handshake was not answered is closed.',
    'socket.held.dropped',
    (held, outcome) => (outcome === 'refuse' ? [] : held),
  ),
  {
    name: 'holds-without-bound',
    misdeed: 'Any amount of text is held for a socket.',
    breaks: ['socket.held.bounded'],
    apply: ({ rules }) => {
      rules.decideHeld = () => true
    },
  },
  {
    name: 'holds-one-text-beyond',
    misdeed: 'A text is held as long as those before it do not exceed the limit.',
    breaks: ['socket.held.bounded'],
    apply: ({ rules }) => {
      rules.decideHeld = (heldBytes, _bytes, maxBytes) => heldBytes <= maxBytes
    },
  },
]
