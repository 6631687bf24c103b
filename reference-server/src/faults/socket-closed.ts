/** Faults of the last word about a socket. */
import type { Fault, Parts } from '../parts.ts'
import type { AttemptAnswer, SocketSink } from '../webhook-port.ts'

type End = Parameters<SocketSink['closed']>[1]
type Tell = (end: End, onEnd: () => void) => void

/** Codes that are told of ends. */
const CODES = {
  goodbye: 1000,
  leaving: 1001,
  badType: 1003,
  empty: 1005,
  lost: 1006,
  tooLarge: 1009,
}

/** Each breaks what the chapter on sockets promises about closed. */
export const socketClosedFaults: readonly Fault[] = [
  forgets('forgets-closed-after-loss', 'a loss', [CODES.lost]),
  forgets('forgets-closed-after-empty-goodbye', 'a Close without a code', [CODES.empty]),
  forgets('forgets-closed-after-bad-messages', 'a message that closed its socket', [
    CODES.badType,
    CODES.tooLarge,
  ]),
  {
    name: 'forgets-closed-without-answer',
    misdeed: 'A socket whose handshake was not answered has no closed.',
    breaks: ['socket.closed.sent'],
    apply: ({ rules }) => {
      rules.decideClosedOwed = (outcome) => outcome === 'accept'
    },
  },
  {
    name: 'says-closed-twice',
    misdeed: 'A loss is reported twice.',
    breaks: ['socket.closed.sent'],
    apply: (parts) =>
      onClosed(parts, (tell) => (end, onEnd) => {
        tell(end, onEnd)
        if (end.code === CODES.lost) tell(end, () => {})
      }),
  },
  {
    name: 'says-closed-before-last-answer',
    misdeed: 'Closed is attempted as soon as the last message was, whether it is answered or not.',
    breaks: ['socket.closed.last'],
    apply: ({ rules }) => {
      rules.decideClosedTurn = ({ ended, stage, unsent }) =>
        ended && stage !== 'pending' && unsent === 0
    },
  },
  {
    name: 'says-closed-at-once',
    misdeed: 'Closed is attempted as soon as the page has gone, whatever it said before.',
    breaks: ['socket.closed.last'],
    apply: ({ rules }) => {
      rules.decideClosedTurn = ({ ended, stage }) => ended && stage !== 'pending'
    },
  },
  {
    name: 'says-closed-after-refusal',
    misdeed: 'A socket whose handshake was refused has a closed.',
    breaks: ['socket.closed.silent'],
    apply: ({ rules }) => {
      rules.decideClosedOwed = (outcome) => outcome !== 'unattempted'
    },
  },
  tells('tells-no-reason', 'The reason of an end is left empty.', (end) => ({
    ...end,
    reason: '',
  })),
  tells('tells-every-end-as-1000', 'Every end has the code 1000.', (end) => ({
    ...end,
    code: CODES.goodbye,
  })),
  tells('tells-1000-for-empty-close', 'A Close without a code has the code 1000.', (end) => ({
    ...end,
    code: end.code === CODES.empty ? CODES.goodbye : end.code,
  })),
  tells('tells-losses-as-1001', 'A loss has the code 1001.', (end) => ({
    ...end,
    code: end.code === CODES.lost ? CODES.leaving : end.code,
  })),
  {
    name: 'tells-own-ends-as-losses',
    misdeed: 'An end that the service made is told as a loss.',
    breaks: ['socket.closed.reason'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketEnd
      rules.decideSocketEnd = (ending) => decide(ending.by === 'service' ? { by: 'loss' } : ending)
    },
  },
  {
    name: 'never-repeats-closed',
    misdeed: 'A closed that failed is not repeated.',
    breaks: ['socket.closed.retried'],
    apply: ({ rules }) => {
      const decide = rules.decideClosedAnswer
      rules.decideClosedAnswer = (answer) =>
        decide(answer) === 'failed' ? 'declined' : decide(answer)
    },
  },
  {
    name: 'repeats-closed-with-another-id',
    misdeed: 'Every attempt of closed has a webhook-id of its own.',
    breaks: ['socket.closed.retried'],
    apply: ({ rules }) => {
      const make = rules.makeSocketWebhookId
      let attempts = 0
      rules.makeSocketWebhookId = (delivery) => {
        attempts += 1
        return delivery.event === 'closed' ? `${make(delivery)}.${attempts}` : make(delivery)
      }
    },
  },
  {
    name: 'repeats-closed-too-soon',
    misdeed: 'A closed that failed is repeated after a quarter of the advertised wait.',
    breaks: ['socket.closed.retried'],
    apply: ({ rules }) => {
      const decide = rules.decideClosedSchedule
      rules.decideClosedSchedule = (before, answer, at) => {
        const schedule = decide(before, answer, at)
        const waitMs = (schedule.retryAtMs - at.nowMs) / 4
        return { ...schedule, retryAtMs: at.nowMs + waitMs }
      }
    },
  },
  {
    name: 'gives-closed-up-after-two-attempts',
    misdeed: 'A closed is given up when its second attempt failed.',
    breaks: ['socket.closed.retried'],
    apply: ({ rules }) => {
      const decide = rules.decideClosedSchedule
      rules.decideClosedSchedule = (before, answer, at) => {
        const schedule = decide(before, answer, at)
        return schedule.attempts < 2 ? schedule : { ...schedule, givenUpAtMs: at.nowMs }
      }
    },
  },
  takesForAnswered('takes-silence-for-closed-answered', 'not answered', (answer) =>
    'failure' in answer ? answer.failure === 'timeout' : false,
  ),
  takesForAnswered('takes-403-for-closed-answered', 'answered with 403', (answer) =>
    hasStatus(answer, 403),
  ),
  takesForAnswered('takes-redirect-for-closed-answered', 'answered with a redirect', (answer) =>
    hasStatus(answer, 302),
  ),
  {
    name: 'repeats-closed-after-success',
    misdeed: 'A closed that was repeated is repeated once more after it was answered.',
    breaks: ['socket.closed.retried'],
    apply: ({ wraps }) => {
      const failed = new Set<string>()
      wraps.socketAttempt = (attempt) => async (delivery) => {
        const answer = await attempt(delivery)
        if (delivery.event !== 'closed') return answer
        if (hasStatus(answer, 204))
          return failed.delete(delivery.socket.id) ? { status: 500 } : answer
        failed.add(delivery.socket.id)
        return answer
      }
    },
  },
  {
    name: 'repeats-unwanted-closed',
    misdeed: 'A closed that was answered with 404 or 410 is repeated.',
    breaks: ['socket.closed.optional'],
    apply: (parts) => repeatsAfter(parts, 404, 410),
  },
  {
    name: 'repeats-closed-after-501',
    misdeed: 'A closed that was answered with 501 is repeated.',
    breaks: ['socket.closed.optional'],
    apply: (parts) => repeatsAfter(parts, 501),
  },
]

function onClosed({ wraps }: Parts, change: (tell: Tell) => Tell): void {
  wraps.socketSink = (sink) => ({
    ...sink,
    closed: (socket, ...told) => change((...one) => sink.closed(socket, ...one))(...told),
  })
}

function forgets(name: string, what: string, codes: readonly number[]): Fault {
  return {
    name,
    misdeed: `A socket that ended by ${what} has no closed.`,
    breaks: ['socket.closed.sent'],
    apply: (parts) =>
      onClosed(parts, (tell) => (end, onEnd) => {
        if (codes.includes(end.code)) queueMicrotask(onEnd)
        else tell(end, onEnd)
      }),
  }
}

function tells(
  name: string,
  misdeed: string,
  change: (end: { code: number; reason: string }) => { code: number; reason: string },
): Fault {
  return {
    name,
    misdeed,
    breaks: ['socket.closed.reason'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketEnd
      rules.decideSocketEnd = (ending) => change(decide(ending))
    },
  }
}

function takesForAnswered(
  name: string,
  what: string,
  isTaken: (answer: AttemptAnswer) => boolean,
): Fault {
  return {
    name,
    misdeed: `A closed that was ${what} is not repeated.`,
    breaks: ['socket.closed.retried'],
    apply: ({ rules }) => {
      const decide = rules.decideClosedAnswer
      rules.decideClosedAnswer = (answer) => (isTaken(answer) ? 'done' : decide(answer))
    },
  }
}

function repeatsAfter({ rules }: Parts, ...statuses: readonly number[]): void {
  const decide = rules.decideClosedAnswer
  rules.decideClosedAnswer = (answer) =>
    statuses.some((status) => hasStatus(answer, status)) ? 'failed' : decide(answer)
}

function hasStatus(answer: AttemptAnswer, status: number): boolean {
  return 'status' in answer && answer.status === status
}
