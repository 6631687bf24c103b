import { expect, test } from 'vitest'
import { runProgram } from '../run-program.ts'

test('the example of event streams counts on across ends and cuts', async () => {
  const { code, output, errors } = await runProgram('../demos/sse/example.ts').ended
  expect(errors).toBe('')
  expect(code).toBe(0)
  expect(output).toMatch(/ended after [0-9]+: 4201 max-lifetime/)
  expect(output).toMatch(/ended after [0-9]+: lost/)
  expect(output).toContain('counted 1..120, nothing lost, nothing twice')
})
