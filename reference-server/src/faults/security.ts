/** Faults of what strangers can reach or learn. */
import type { Fault, Parts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import { ROUTES } from '../rules/route.ts'

/** Serves the discovery document at a path of its own, whatever the method. */
function offer({ rules }: Parts, control: string): void {
  const decide = rules.decideRoute
  rules.decideRoute = (path) => {
    const discovery = ROUTES.find(({ name }) => name === 'discovery')
    return path === control && discovery
      ? { ...discovery, path, methods: ['GET', 'POST', 'PUT'] }
      : decide(path)
  }
}

/** Each breaks what the chapter on security promises. */
export const securityFaults: readonly Fault[] = [
  {
    name: 'offers-a-clock-control',
    misdeed: 'The public listener answers a request to move the clock.',
    breaks: ['security.controls.unreachable'],
    apply: (parts) => offer(parts, '/v1/clock'),
  },
  {
    name: 'offers-a-fault-control',
    misdeed: 'The public listener answers a request to switch on a fault.',
    breaks: ['security.controls.unreachable'],
    apply: (parts) => offer(parts, '/faults'),
  },
  {
    name: 'tells-used-ids-from-unused',
    misdeed: 'A read without a live key is refused with 403 where the client id is in use.',
    breaks: ['security.refusal.uniform'],
    apply: ({ rules }) => {
      const decide = rules.decideKey
      const welcome = rules.makeWelcome
      const used = new Set<string>()
      rules.makeWelcome = (facts) => {
        used.add(encodeURIComponent(facts.clientId))
        return welcome(facts)
      }
      rules.decideKey = (offered, live, call) => {
        const verdict = decide(offered, live, call)
        const isUsed = used.has(call.query.replace(/^client_id=/, ''))
        if (verdict === 'unknown' && isUsed) throw new Refusal('forbidden')
        return verdict
      }
    },
  },
]
