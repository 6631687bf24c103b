import { expect, test } from 'vitest'
import { PASS } from '../src/judges/finding.ts'
import type { PlannedCheck } from '../src/plan.ts'
import { summarisePlan } from '../src/plan-summary.ts'
import { ledger } from './report/made-run.ts'

const plan = (id: string, proves: string, decision: PlannedCheck['decision']): PlannedCheck => ({
  check: { id, proves, drive: async () => {}, judge: () => PASS, killedBy: ['x'] },
  decision,
})

test('what is left out is grouped by reason, most first, with the MUSTs that nothing else judges', () => {
  const waits = (seconds: number): PlannedCheck['decision'] => ({
    notRun: `needs short-timers: waits ${seconds} s, the budget is 40 s`,
  })
  const { made, left } = summarisePlan(
    [
      plan('token.a', 'token.expired.refused', 'run'),
      plan('token.b', 'token.expired.refused', waits(50)),
      plan('message.a', 'message.order.kept', waits(90)),
      plan('token.c', 'token.answer.soon', 'unsupported'),
    ],
    ledger,
  )
  expect(made.map(({ check }) => check.id)).toEqual(['token.a'])
  expect(left.map(({ reason, checks, musts }) => [reason, checks.length, musts])).toEqual([
    ['needs short-timers: waits longer, the budget is 40 s', 2, 1],
    ['profile core is not announced', 1, 0],
  ])
})
