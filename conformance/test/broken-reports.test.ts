/** Proves that the committed reports of servers broken on purpose tell a stranger what is wrong, and can be judged again. */

import { readFileSync } from 'node:fs'
import { validate } from '@channel-protocol/schemas'
import { describe, expect, test } from 'vitest'
import { CHECKS } from '../src/checks/index.ts'
import { readReport } from '../src/cli/saved-report.ts'
import { readLedger } from '../src/ledger.ts'
import { replay } from '../src/replay.ts'
import { renderMarkdown } from '../src/report/markdown.ts'

const FOLDER = new URL('../examples/reports/', import.meta.url)

/** Each report, the clause that its server breaks, the check that shows it, and the kind of the offending event. */
const BROKEN = [
  ['keeps_replaced', 'connection.takeover.split', 'connection.takeover.split', 'answer'],
  ['signs_another_body', 'webhook.signature.valid', 'webhook.signature.verifies', 'webhook'],
  ['honours_expired', 'token.expired.refused', 'token.expired.closed', 'frame'],
] as const

describe.for(BROKEN)(
  'the report of the server that is broken as %s',
  ([name, clause, check, kind]) => {
    const file = new URL(`${name}.json`, FOLDER)
    const report = readReport(file.pathname)
    const result = report.results.find((row) => row.check === check)

    test('is a report', () => {
      expect(validate('Report', JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({
        valid: true,
      })
    })

    test('names the clause and quotes it', () => {
      expect(result).toMatchObject({ verdict: 'fail', requirement: clause })
      expect(result?.clause).toBe(readLedger().find(clause).text)
      expect(report.verdict.exit_code).toBe(1)
    })

    test('marks the offending line', () => {
      expect(result?.events?.find(({ n }) => n === result.offender)).toMatchObject({ kind })
      const markdown = renderMarkdown(report)
      expect(markdown.split('\n').filter((line) => line.startsWith('>> '))).not.toEqual([])
    })

    test('is rendered as it stands beside it', () => {
      const markdown = readFileSync(new URL(`${name}.md`, FOLDER), 'utf8')
      expect(renderMarkdown(report)).toBe(markdown)
    })

    test('gives equal verdicts when it is judged again', () => {
      const again = replay(report, CHECKS, readLedger())
      expect(again.judged).toBeGreaterThan(0)
      expect(again).toMatchObject({ differences: [], notAgain: [] })
    })
  },
)
