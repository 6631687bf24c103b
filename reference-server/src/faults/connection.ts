/** Faults of connections. */
import type { Fault } from '../parts.ts'

/** Each breaks what the chapter on connections promises. */
export const connectionFaults: readonly Fault[] = [
  {
    name: 'keeps-old-connection-on-takeover',
    misdeed: 'The older connection stays open when a newer one is welcomed.',
    breaks: ['connection.takeover.close'],
    apply: ({ rules }) => {
      rules.decideTakeover = () => undefined
    },
  },
  {
    name: 'welcomes-second',
    misdeed: 'Another envelope precedes the welcome.',
    breaks: ['connection.welcome.first'],
    apply: ({ rules }) => {
      rules.makeOpening = (welcome) => [rules.makeHeartbeat(), welcome]
    },
  },
]
