import { beforeEach, expect, test } from 'vitest'
import { type Bench, makeBench } from '../../../demos/live/bench.ts'
import type { RunPrograms } from '../../../demos/live/programs.ts'
import { type FakeClock, makeFakeClock } from '../../fake-clock.ts'
import { makeReport } from './report.ts'

const fault = { name: 'accepts-expired-token', misdeed: 'It does.', breaks: ['token.a.b'] }
let clock: FakeClock
let done: string[]
let report: unknown
let bench: Bench

function makeStub(changes: Partial<RunPrograms> = {}): RunPrograms {
  return {
    listChecks: async () => ['token.expired.closed'],
    async startService(name) {
      done.push(`start ${name ?? 'a healthy one'}`)
      return { url: 'u', webhooks: 'w', stop: async () => void done.push('stop') }
    },
    async judge(_service, checks) {
      done.push(`judge by ${checks.join()}`)
      return report
    },
    ...changes,
  }
}

function start(changes: Partial<RunPrograms> = {}): void {
  const onChange = (): void => {
    const state = bench.state()
    done.push(state.phase === 'running' ? `running: ${state.step}` : state.phase)
  }
  bench = makeBench({ programs: makeStub(changes), clock, onChange })
}

beforeEach(() => {
  clock = makeFakeClock()
  done = []
  report = makeReport({ exitCode: 1, verdict: 'fail' })
  start()
})

test('a broken service is started, judged and ended, and the verdict has the clause', async () => {
  expect(bench.start({ fault, isHealthy: false })).toBe(true)
  await clock.advance(0)
  expect(done).toEqual([
    'running: looking for the checks that are aimed at it',
    'running: starting a service with it',
    'start accepts-expired-token',
    'running: judging it by 1 check',
    'judge by token.expired.closed',
    'stop',
    'done',
  ])
  expect(bench.state()).toMatchObject({
    phase: 'done',
    verdict: 'not conformant',
    broken: [
      {
        requirement: 'token.expired.refused',
        chapter: 'token',
        text: 'The service MUST refuse it.',
        expected: 'no welcome',
        got: 'a welcome envelope',
      },
    ],
  })
})

test('a token that the verdict quotes is not shown', async () => {
  const token = `eyJjIjoi${'x'.repeat(60)}.${'y'.repeat(43)}`
  const told = makeReport({ exitCode: 1, verdict: 'fail' }) as { results: { got: string }[] }
  for (const result of told.results) result.got = `status 201 with body {"token":"${token}"}`
  report = told
  bench.start({ fault, isHealthy: false })
  await clock.advance(0)
  expect(bench.state()).toMatchObject({
    broken: [{ got: 'status 201 with body {"token":"eyJjIjoi…"}' }],
  })
})

test('without the fault the same checks judge a healthy service', async () => {
  report = makeReport({ exitCode: 0, verdict: 'pass' })
  bench.start({ fault, isHealthy: true })
  await clock.advance(0)
  expect(done).toContain('start a healthy one')
  expect(bench.state()).toMatchObject({ phase: 'done', verdict: 'conformant', broken: [] })
})

test('one is judged at a time, and another after it', async () => {
  bench.start({ fault, isHealthy: false })
  expect(bench.start({ fault, isHealthy: false })).toBe(false)
  await clock.advance(0)
  expect(bench.start({ fault, isHealthy: false })).toBe(true)
  await clock.advance(0)
})

test('a run without a verdict, and one that took too long, are told as they are', async () => {
  report = makeReport({ exitCode: 3, verdict: 'inconclusive' })
  bench.start({ fault, isHealthy: false })
  await clock.advance(0)
  expect(bench.state()).toMatchObject({ phase: 'failed', why: 'words' })
  start({
    judge: (_service, _checks, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('killed')))
      }),
  })
  bench.start({ fault, isHealthy: false })
  await clock.advance(90_000)
  expect(bench.state()).toMatchObject({ phase: 'failed', why: 'it took too long' })
  expect(done.filter((one) => one === 'stop')).toHaveLength(2)
})
