/** Faults of every chapter that has calls of the application: of calls that need no key. */
import type { Fault } from '../parts.ts'

/** A fault that lets calls without any credentials pass on one path. */
export function needsNoKey(name: string, path: string, misdeed: string): Fault {
  return {
    name,
    misdeed,
    breaks: ['token.key.required'],
    apply: ({ rules }) => {
      const decide = rules.decideKey
      rules.decideKey = (offered, live, call) =>
        call.path === path && call.authorization === undefined && !call.query.includes('key')
          ? 'live'
          : decide(offered, live, call)
    },
  }
}
