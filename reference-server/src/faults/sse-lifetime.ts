/** Faults of event streams: what presence says of one that reached its age. */
import type { Fault } from '../parts.ts'
import type { Departure } from '../rules/connection.ts'

/** A fault of what the end of a stream for its age means to presence. */
function departureFault(name: string, misdeed: string, change: Partial<Departure>): Fault {
  return {
    name,
    misdeed,
    breaks: ['sse.presence.lifetime'],
    apply: ({ rules }) => {
      const decide = rules.decideEnding
      rules.decideEnding = (ending) => {
        const departure = decide(ending)
        return departure.reason === 'max-lifetime' ? { ...departure, ...change } : departure
      }
    },
  }
}

/** Each breaks what the chapter on event streams promises about presence at the end of a life. */
export const sseLifetimeFaults: readonly Fault[] = [
  departureFault('skips-grace-of-old-streams', 'A stream that reached its age has no grace.', {
    grace: false,
  }),
  departureFault(
    'calls-old-streams-lost',
    'A stream that reached its age is reported as one that was lost.',
    { reason: 'lost' },
  ),
  {
    name: 'forgets-old-streams',
    misdeed: 'The going of a client whose stream reached its age is not reported.',
    breaks: ['sse.presence.lifetime'],
    apply: ({ wraps }) => {
      wraps.sink = (sink) => ({
        ...sink,
        report: (state) => {
          if (state.reason !== 'max-lifetime') sink.report(state)
        },
      })
    },
  },
]
