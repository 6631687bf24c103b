import { expect, test } from 'vitest'
import { runProgram } from '../run-program.ts'

test('the example of sockets hears what the article promises', async () => {
  const { code, output, errors } = await runProgram('../demos/sockets/example.ts').ended
  expect(errors).toBe('')
  expect(code).toBe(0)
  for (const heard of [
    'ada hears:  Received: "hello"',
    'Grace Hopper hears:  good morning, everybody',
    'ada hears:  good morning, everybody',
    'ada hears:  Grace Hopper has left the building',
  ])
    expect(output).toContain(heard)
})
