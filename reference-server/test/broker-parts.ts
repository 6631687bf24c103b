/** What a broker is built of in tests: default settings, the real rules and a clock that the test moves. */
import type { BrokerParts } from '../src/brokers/parts.ts'
import { makeMetrics } from '../src/metrics.ts'
import type { Clock } from '../src/ports.ts'
import { makeRules } from '../src/rules/rule-book.ts'
import { readSettings } from '../src/settings.ts'
import { silentLog } from './start-service.ts'

/** Parts of a service that holds nothing for replay and cannot revoke, unless `others` says otherwise. */
export function makeBrokerParts(clock: Clock, others: Partial<BrokerParts> = {}): BrokerParts {
  const { timings, limits } = readSettings(['--application-key', 'a-key-for-tests-only'], {})
  return {
    clock,
    metrics: makeMetrics(false),
    log: silentLog,
    rules: makeRules(),
    timings,
    limits,
    epochFloor: clock.nowMs() * 1000,
    holds: false,
    revokes: false,
    gather: () => {},
    ...others,
  }
}
