import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/target/free-port.ts'

test('each call gives another port, and none where somebody listens', async () => {
  const first = await freePort()
  const taken = createServer().listen(first + 1, '127.0.0.1')
  onTestFinished(() => void taken.close())
  // Where it fails, somebody else listens there, which is as good.
  await Promise.race([once(taken, 'error'), once(taken, 'listening')])
  const others = [await freePort(), await freePort()]
  expect(new Set([first, first + 1, ...others]).size).toBe(4)
})
