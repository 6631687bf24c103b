import { expect, test } from 'vitest'
import { conformance } from '../processes.ts'
import { PYTHON_SERVER } from '../second-implementation.ts'

test('the reference server and the second implementation: the same verdicts, and what each does in its own way', async () => {
  const { code, stdout } = await conformance(
    'compare',
    'reference',
    '--only',
    'message.**',
    '--exec',
    '--',
    'python3',
    PYTHON_SERVER,
    '--exec',
  )
  expect(stdout).toMatch(/^A {2}the reference server \(channel-reference-server /m)
  expect(stdout).toMatch(/^B {2}python3 .*\(python-example /m)
  expect(stdout).toMatch(
    /^only A: robust, batch, resume, .*; what belongs to these profiles is not/m,
  )
  // Both name the pointer or the profile of a refusal beside what binds: each is free to.
  expect(stdout).toMatch(/^ {2}answer 400 application\/problem\+json invalid-data in message\./m)
  expect(stdout).toMatch(/^ {4}A {2}\{code: "invalid-data", .*errors: \[/m)
  expect(stdout).toMatch(/^ {4}B {2}\{code: "invalid-data", .*profile: text/m)
  expect(stdout).not.toMatch(/^ {4}[AB] {2}.*(stored|cursor): /m)
  const last = stdout.trimEnd().split('\n').at(-1)
  expect(last).toMatch(
    /^\d\d requirements judged of every target: 0 verdicts differ; \d+ checks passed/,
  )
  expect(code).toBe(1)
})
