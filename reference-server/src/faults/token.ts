/** Faults of tokens. */
import type { Fault } from '../parts.ts'

/** Each breaks what the chapter on tokens promises. */
export const tokenFaults: readonly Fault[] = [
  {
    name: 'accepts-expired-token',
    misdeed: 'A token opens connections after its expiry.',
    breaks: ['token.expired.refused'],
    apply: ({ rules }) => {
      rules.decideTokenAge = () => 'live'
    },
  },
]
