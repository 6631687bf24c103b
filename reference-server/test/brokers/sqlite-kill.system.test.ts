/** The conformance suite against a service with its state in a file, before and after it is killed. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findFreePort } from '../../demos/free-port.ts'
import { type ServiceProcess, startProcess } from '../start-process.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const PROFILES = ['core', 'presence', 'presence-sync', 'resume', 'idempotency', 'control']

/** What the suite prints about a service. */
async function judge({ baseUrl }: ServiceProcess, webhooks: string): Promise<string> {
  const flags = ['--webhooks', webhooks, '--profile', ...PROFILES, '--quiet']
  const args = ['conformance/src/main.ts', 'run', baseUrl, ...flags]
  const run = promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 2 ** 26 })
  // Where it finds something, its exit code is not 0.
  const { stdout } = await run.catch((failed: { stdout: string }) => failed)
  return stdout
}

test('the suite is green against a file before kill -9 and after it, and the service knows what it knew', async ({
  onTestFinished,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'channel-broker-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const webhooks = `http://127.0.0.1:${await findFreePort('127.0.0.1')}`
  const flags = [
    ...['--test-timings', '--application-base', webhooks],
    ...['--broker', `sqlite:${join(folder, 'channel.db')}`],
  ]
  const before = await startProcess(flags)
  onTestFinished(() => before.kill())
  const marked = await before.post('/v1/messages', { client_id: 'marked', data: 'x' })
  expect(await judge(before, webhooks)).toContain(`\nconformant for ${PROFILES.join(', ')}`)
  await before.kill()

  const after = await startProcess(flags)
  onTestFinished(() => after.kill())
  expect(await after.post('/v1/messages', { client_id: 'marked', data: 'y' })).toMatchObject({
    epoch: marked.epoch,
    seq: 2,
  })
  expect(await judge(after, webhooks)).toContain(`\nconformant for ${PROFILES.join(', ')}`)
})
