/**
 * The last word of a whole run: adds up vitest's JSON reports into the line "N passed, N failed".
 * Usage: node sum.mjs <number of scripts that failed> <report>...
 */
import { readFileSync } from 'node:fs'

const [broken, ...reports] = process.argv.slice(2)
let passed = 0
let failed = 0

for (const path of reports) {
  const report = readReport(path)
  if (report === undefined) continue
  passed += report.numPassedTests
  failed += report.numFailedTests
  // A file that could not be loaded has no tests to count, and yet it failed.
  failed += report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
}

// Types, lint and stale generated files fail before vitest begins: they count as well.
failed = Math.max(failed, Number(broken))
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
