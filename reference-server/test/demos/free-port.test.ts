import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { findFreePort } from '../../demos/free-port.ts'

test('each call finds another port, and none where somebody listens', async () => {
  const first = await findFreePort('127.0.0.1')
  const taken = createServer().listen(first + 1, '127.0.0.1')
  onTestFinished(() => void taken.close())
  // Where it fails, somebody else listens there, which is as good.
  await Promise.race([once(taken, 'error'), once(taken, 'listening')])
  const others = [await findFreePort('127.0.0.1'), await findFreePort('127.0.0.1')]
  expect(new Set([first, first + 1, ...others]).size).toBe(4)
})

test('a host that is none of this machine has no free port', async () => {
  await expect(findFreePort('192.0.2.1')).rejects.toThrow('EADDRNOTAVAIL')
})
