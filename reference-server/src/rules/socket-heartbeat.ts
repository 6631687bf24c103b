/** Heartbeat of sockets: it alone knows which rule answers each question that a sweep asks about a socket. */
import type { Rules } from './rule-book.ts'

/** The rules of a heartbeat over sockets, from the rule book as it is now. */
export function makeSocketHeartbeatRules(rules: Rules) {
  const { makeHeartbeat, encodeEnvelope } = rules
  return {
    makeHeartbeat,
    encodeEnvelope,
    decidePing: rules.decideSocketPing,
    decideHeartbeat: rules.decideSocketHeartbeat,
    decideSilence: rules.decideSocketSilence,
    decideBacklog: rules.decideSocketBacklog,
  }
}
