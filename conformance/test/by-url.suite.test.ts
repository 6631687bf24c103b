import { validate } from '@channel-protocol/schemas/validate'
import { expect, test } from 'vitest'
import type { Report } from '../src/report/report.ts'
import { freePort } from '../src/target/free-port.ts'
import { conformance, startReferenceServer } from './processes.ts'

test('a server started by somebody else is judged by its URL, presence included', {
  timeout: 900_000,
}, async () => {
  const webhooks = `http://127.0.0.1:${await freePort()}`
  const server = await startReferenceServer('--test-timings', '--application-base', webhooks)
  try {
    const args = ['run', server.url, '--webhooks', webhooks, '--json']
    const { code, stdout, stderr } = await conformance(...args)
    expect(stdout, stderr).not.toBe('')
    const report = JSON.parse(stdout) as Report
    expect(validate('Report', report)).toMatchObject({ valid: true })
    // One process is no cluster, and announces none.
    const ofOne = report.results.filter(({ requirement }) => !requirement.startsWith('cluster.'))
    expect(ofOne.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-run')).toEqual([])
    expect(
      report.results
        .filter(({ requirement }) => requirement.startsWith('presence.'))
        .some(({ verdict }) => verdict === 'pass'),
    ).toBe(true)
    expect(code).toBe(0)
  } finally {
    await server.stop()
  }
})
