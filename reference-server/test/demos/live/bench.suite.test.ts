import { afterEach, expect, test } from 'vitest'
import { type Bench, makeBench } from '../../../demos/live/bench.ts'
import type { BenchState } from '../../../demos/live/bench-state.ts'
import { makePrograms } from '../../../demos/live/programs.ts'
import { makeMovableClock } from '../../../demos/push-chat/clock.ts'

const fault = { name: 'mints-without-key', misdeed: '', breaks: [] }
let bench: Bench

afterEach(() => bench.stop())

function judge(isHealthy: boolean): Promise<BenchState> {
  return new Promise((resolve) => {
    const onChange = (): void => {
      if (bench.state().phase !== 'running') resolve(bench.state())
    }
    bench = makeBench({ programs: makePrograms(), clock: makeMovableClock(), onChange })
    bench.start({ fault, isHealthy })
  })
}

test('a service that mints without a key turns red with the clause', async () => {
  expect(await judge(false)).toMatchObject({
    phase: 'done',
    verdict: 'not conformant',
    broken: expect.arrayContaining([
      expect.objectContaining({
        requirement: 'token.key.required',
        chapter: 'token',
        text: expect.stringContaining('MUST'),
      }),
    ]),
  })
})

test('the same checks find nothing wrong with a service without the fault', async () => {
  expect(await judge(true)).toMatchObject({ phase: 'done', verdict: 'conformant', broken: [] })
})

test('a fault that clients are judged by too is looked for with the checks of services alone', async () => {
  const { signal } = new AbortController()
  const checks = await makePrograms().listChecks('comes-back-after-close', signal)
  expect(checks).not.toEqual([])
  expect(checks.filter((id) => id.startsWith('client.'))).toEqual([])
})
