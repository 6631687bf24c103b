import { describe, expect, test } from 'vitest'
import { conformance } from './processes.ts'

describe('explain', () => {
  test('a check is explained by clause, clock, control, misdeeds, conforming transcript and stimulus', async () => {
    const { code, stdout } = await conformance('explain', 'token.expired.closed')
    expect(stdout).toContain('The service MUST refuse a connection that offers an authentic token')
    expect(stdout).toContain('refused with close code 4300 token-expired')
    expect(stdout).toMatch(/clock +waits \d+ s with test timings/)
    expect(stdout).toContain('accepts-expired-token: A token opens connections after its expiry.')
    expect(stdout).toMatch(/defect +service +Close 4300 token-expired$/m)
    expect(stdout).toContain('await drive.pass(')
    expect(stdout).toMatch(/judged by .* too$/m)
    expect(code).toBe(0)
  })

  test('a requirement is explained with all its checks', async () => {
    const { stdout } = await conformance('explain', 'token.expired.refused')
    expect(stdout.match(/^ {2}check /gm)?.length).toBeGreaterThan(1)
  })

  test('a check that needs the clock of the service says so', async () => {
    const { stdout } = await conformance('explain', 'connection.silence-instant.closed')
    expect(stdout).toMatch(/clock +moved by the suite, to the millisecond/)
  })

  test('a check of a client or an application is explained in the same way', async () => {
    for (const id of ['client.token.callback', 'application.login.answered'])
      expect((await conformance('explain', id)).stdout).toContain('what a conforming server did')
  })

  test('an id that nobody knows is answered with those it may have meant', async () => {
    const { code, stderr } = await conformance('explain', 'token.expird.refused')
    expect(stderr).toMatch(
      /^there is no check or requirement .*did you mean token\.expired\.refused/,
    )
    expect(code).toBe(2)
  })
})
