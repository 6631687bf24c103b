/** Judges the sample chat as a stranger's application: by its URL, on a service that the suite starts or finds. */

import { validate } from '@channel-protocol/schemas/validate'
import { afterEach, describe, expect, test } from 'vitest'
import type { Report } from '../src/report/report.ts'
import { freePort } from '../src/target/free-port.ts'
import { conformance, type StartedProgram, startReferenceServer, startServer } from './processes.ts'

const started: StartedProgram[] = []
afterEach(async () => {
  for (const program of started.splice(0)) await program.stop()
})

async function startChat(service: string, port = '0'): Promise<StartedProgram> {
  const file = 'reference-server/demos/push-chat/main.ts'
  const chat = await startServer(process.execPath, [file, '--port', port, '--service', service])
  started.push(chat)
  return chat
}

const SOME = ['application.login.**', 'application.post.**', 'application.idle.**', 'webhook.**']

describe('channel-conformance run --application', () => {
  test('judges an application by its URL, and starts the service where nothing listens', async () => {
    const service = `http://127.0.0.1:${await freePort()}`
    const { url } = await startChat(service)
    const flags = ['--application', url, '--service', service, '--json']
    const { code, stdout, stderr } = await conformance('run', ...SOME, ...flags)
    expect(stderr).toContain(`nothing listened at ${service}, so the reference server was started`)
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^conformant for application, as far as/)
    const report = JSON.parse(stdout) as Report
    expect(validate('Report', report)).toMatchObject({ valid: true })
    expect(report.target).toMatchObject({ name: url, url, profiles: ['application'] })
    const others = report.results.filter(({ verdict }) => verdict !== 'pass')
    expect(others.map(({ check, verdict }) => `${check} ${verdict}`).sort()).toEqual([
      'application.idle.refused not-run',
      'webhook.second-secret.accepted not-run',
    ])
    expect(code).toBe(0)
  })

  test('an application of which the service knows nothing gets no verdict, and is told what to set', async () => {
    const port = `${await freePort()}`
    const server = await startReferenceServer('--application-base', 'http://127.0.0.1:9')
    started.push(server)
    const { url } = await startChat(server.url, port)
    const { code, stdout } = await conformance(
      ...['run', 'application.login.**', '--application', url, '--service', server.url],
    )
    expect(stdout).toContain(`give the service at ${server.url} the application's URL`)
    expect(code).toBe(3)
  })

  test('an application that has another secret gets no verdict, and is told so', async () => {
    const service = `http://127.0.0.1:${await freePort()}`
    const { url } = await startChat(service)
    const secret = `whsec_${Buffer.from('another-secret-of-32-characters!').toString('base64')}`
    const { code, stdout } = await conformance(
      ...['run', 'application.login.**', '--application', url, '--service', service],
      ...['--webhook-secret', secret],
    )
    expect(stdout).toContain('refuses webhooks that are signed with the secret')
    expect(code).toBe(3)
  })

  test('where nothing answers there is no verdict', async () => {
    const { code, stdout } = await conformance(
      ...['run', '--application', `http://127.0.0.1:${await freePort()}`],
      ...['--service', `http://127.0.0.1:${await freePort()}`],
    )
    expect(stdout).toMatch(/^no verdict: nothing answers at .*\/login /)
    expect(code).toBe(3)
  })

  test('a service and an application at once are a mistake', async () => {
    const { code, stderr } = await conformance(
      ...['run', 'http://127.0.0.1:1', '--application', 'http://127.0.0.1:2'],
    )
    expect(stderr).toContain('give the URL of a service or --application, not both')
    expect(code).toBe(2)
  })
})

describe('the plan', () => {
  test('of a service has nothing of applications in it', async () => {
    const server = await startReferenceServer('--test-timings')
    started.push(server)
    const { stdout } = await conformance(
      ...['run', server.url, 'token.mint.**', 'application.**', '--no-webhooks', '--json'],
    )
    const report = JSON.parse(stdout) as Report
    expect(report.results.length).toBeGreaterThan(0)
    expect(report.results.filter(({ check }) => check.startsWith('application.'))).toEqual([])
  })
})
