/** Writes `requirements/checks.jsonl` anew from the registries of the checks. */

import { writeFileSync } from 'node:fs'
import { CHECK_ROWS } from '../src/check-rows.ts'
import { describeChecks } from './checks/describe-checks.ts'

const rows = describeChecks()
writeFileSync(CHECK_ROWS, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
console.log(`${rows.length} checks are recorded`)
