/** The suite judges whole clients: the project's own, one of its own without a fault, and programs that hold none. */
import { validate } from '@channel-protocol/schemas/validate'
import { beforeAll, describe, expect, test } from 'vitest'
import { CLIENT_CHECKS } from '../../src/client/checks/index.ts'
import {
  EMPTY_PROGRAMS,
  judgeEmptyProgram,
  judgeProgram,
  smallClient,
} from '../../src/client/self-test.ts'
import { CLIENT_FAULTS } from '../../src/client/target/wrong/faults.ts'
import { readLedger } from '../../src/ledger.ts'
import type { Report } from '../../src/report/report.ts'
import type { Result } from '../../src/verdict.ts'
import { conformance, type Ended } from '../processes.ts'

const ledger = readLedger()
const OWN = ['--exec', '--', process.execPath, 'reference-server/client/adapter.ts']
const EMPTY = 'conformance/src/client/target/wrong/empty.ts'
const WRONG = 'conformance/src/client/target/wrong/program.ts'
const deviating = (results: readonly Result[]): string[] =>
  results
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ check, verdict, reason, got }) => `${check} ${verdict} ${reason ?? got}`)

let own: Ended
let faultless: Result[]
let empty: { readonly name: string; readonly wrong: string[] }[]
// Nearly all of it is waiting: side by side they take as long as the longest.
beforeAll(async () => {
  const judging = Object.keys(EMPTY_PROGRAMS).map(async (name) => ({
    name,
    wrong: (await judgeEmptyProgram(name, CLIENT_CHECKS, ledger)).map(({ check }) => check),
  }))
  ;[own, faultless, empty] = await Promise.all([
    conformance('client', '--json', ...OWN),
    judgeProgram(smallClient(), CLIENT_CHECKS, ledger),
    Promise.all(judging),
  ])
}, 600_000)

describe('channel-conformance client', () => {
  test("finds the project's own client conformant", () => {
    const report = JSON.parse(own.stdout) as Report
    expect(report.results.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
    expect(own.stderr).toContain('conformant for client')
    expect(validate('Report', report)).toMatchObject({ valid: true })
    expect(own.code).toBe(0)
  })

  test('passes a client of its own that has no fault', () => {
    expect(deviating(faultless)).toEqual([])
    expect(faultless.length).toBe(CLIENT_CHECKS.length)
  })

  test('passes nothing for programs that hold no client', () => {
    expect(empty.filter(({ wrong }) => wrong.length > 0)).toEqual([])
  })

  test('names only wrong clients that exist, and every wrong client is named', () => {
    const named = new Set(CLIENT_CHECKS.flatMap(({ killedBy }) => killedBy))
    expect([...named].sort()).toEqual(Object.keys(CLIENT_FAULTS).sort())
  })

  test('quotes the clause that a wrong client breaks, and the command to see it again', async () => {
    const program = [process.execPath, WRONG, 'token-in-url']
    const { code, stdout } = await conformance(
      ...['client', '--only', 'client.token.*', '--exec', '--', ...program],
    )
    expect(stdout).toContain(ledger.find('client.token.hidden').text)
    expect(stdout).toContain(
      `channel-conformance client --only client.token.hidden --exec -- ${program.join(' ')}`,
    )
    expect(stdout).toMatch(
      /^not conformant for client, as far as the selection goes: 1 MUST broken$/m,
    )
    expect(code).toBe(1)
  })

  test('gives no verdict of a program that cannot be started, or that ends before it is ready', async () => {
    const missing = await conformance('client', '--exec', '--', 'no-such-program')
    expect(missing.stdout).toMatch(/^no verdict: no-such-program cannot be started/)
    const exits = await conformance('client', '--exec', '--', process.execPath, EMPTY, 'exits')
    expect(exits.stdout).toMatch(/^no verdict: .* has ended \(0\)$/m)
    expect([missing.code, exits.code]).toEqual([3, 3])
  })

  test('explains usage: a program without --exec, --exec without a program, a mistyped pattern', async () => {
    const wrong = [['node', 'x.js'], ['--exec'], ['--only', 'client.stopp.final'], ['--fault', 'x']]
    const ended = await Promise.all(wrong.map((args) => conformance('client', ...args)))
    expect(ended.map(({ code }) => code)).toEqual([2, 2, 2, 2])
    expect(ended[2]?.stderr).toContain('did you mean client.stop.final')
  })
})
