/** Heartbeat of event streams: it alone knows which rule answers each question that a sweep asks about a stream. */
import type { Rules } from './rule-book.ts'

/** The rules of a heartbeat over streams, from the rule book as it is now. Nothing is ever read from one. */
export function makeStreamHeartbeatRules(rules: Rules) {
  const { makeHeartbeat, encodeEnvelope } = rules
  return {
    makeHeartbeat,
    encodeEnvelope,
    decidePing: () => false,
    decideHeartbeat: rules.decideStreamHeartbeat,
    decideSilence: () => undefined,
    decideBacklog: rules.decideStreamBacklog,
  }
}
