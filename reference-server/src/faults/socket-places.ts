/** Faults of webhooks of sockets that wait for a place, and of the places themselves. */
import type { Fault } from '../parts.ts'

/** Each breaks what the chapter on sockets promises when the application is slow. */
export const socketPlaceFaults: readonly Fault[] = [
  {
    name: 'waits-for-a-place-for-ever',
    misdeed: 'A socket whose handshake finds no place in time is neither asked about nor closed.',
    breaks: ['socket.handshake.unavailable'],
    apply: ({ wraps }) => {
      wraps.socketSink = (sink) => ({
        ...sink,
        handshake: (socket, atMs, onEnd) =>
          sink.handshake(socket, atMs, (answer) => {
            if (!('failure' in answer) || answer.failure !== 'unattempted') onEnd(answer)
          }),
      })
    },
  },
  {
    name: 'refuses-for-want-of-a-place',
    misdeed: 'A socket whose handshake finds no place in time is closed as refused.',
    breaks: ['socket.handshake.unavailable'],
    apply: ({ rules }) => {
      const decide = rules.decideHandshakeEnd
      rules.decideHandshakeEnd = (outcome) =>
        outcome === 'unattempted' ? 'forbidden' : decide(outcome)
    },
  },
  {
    name: 'says-closed-without-a-handshake',
    misdeed: 'A socket whose handshake was never attempted has a closed.',
    breaks: ['socket.closed.silent'],
    apply: ({ rules }) => {
      const decide = rules.decideClosedOwed
      rules.decideClosedOwed = (outcome) => outcome === 'unattempted' || decide(outcome)
    },
  },
  losesPlaces('loses-a-place-with-every-silence', 'was not answered in time', 'timeout'),
  losesPlaces('loses-a-place-with-every-break', 'met a broken connection', 'connection'),
  {
    name: 'repeats-closed-beside-the-places',
    misdeed: 'Repeats of closed take no place of their own.',
    breaks: ['socket.webhook.concurrency'],
    apply: ({ rules, wraps, limits }) => {
      const most = limits.socket_concurrency
      // The connections of the sender follow the limit.
      limits.socket_concurrency *= 2
      const isFree = rules.isSocketPlaceFree
      const attempted = new Set<string>()
      let repeating = 0
      rules.isSocketPlaceFree = (inFlight) => isFree(inFlight - repeating, most)
      wraps.socketAttempt = (attempt) => async (delivery) => {
        const isRepeat = delivery.event === 'closed' && attempted.has(delivery.socket.id)
        if (delivery.event === 'closed') attempted.add(delivery.socket.id)
        if (isRepeat) repeating += 1
        try {
          return await attempt(delivery)
        } finally {
          if (isRepeat) repeating -= 1
        }
      }
    },
  },
  {
    name: 'repeats-silent-handshakes',
    misdeed: 'A handshake that was not answered in time is attempted again.',
    breaks: ['socket.handshake.sent'],
    apply: ({ wraps }) => {
      wraps.socketAttempt = (attempt) => async (delivery) => {
        const answer = await attempt(delivery)
        const isSilent = 'failure' in answer && answer.failure === 'timeout'
        if (isSilent && delivery.event === 'handshake') void attempt(delivery)
        return answer
      }
    },
  },
  {
    name: 'reads-on-while-handshake-waits',
    misdeed: 'What a page says before its handshake is answered is read and kept without bound.',
    breaks: ['socket.pressure.bounded'],
    apply: ({ rules }) => {
      const isRead = rules.decideReading
      rules.decideReading = (progress) => progress.stage === 'pending' || isRead(progress)
    },
  },
]

function losesPlaces(name: string, what: string, failure: 'timeout' | 'connection'): Fault {
  return {
    name,
    misdeed: `An attempt that ${what} keeps its place.`,
    breaks: ['socket.pressure.others'],
    apply: ({ wraps, limits }) => {
      wraps.socketAttempt = (attempt) => async (delivery) => {
        const answer = await attempt(delivery)
        if ('failure' in answer && answer.failure === failure) limits.socket_concurrency -= 1
        return answer
      }
    },
  }
}
