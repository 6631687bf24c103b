/** Reads a report that was saved; everything that can be wrong with the file is said here. */

import { readFileSync } from 'node:fs'
import type { Report } from '@channel-protocol/schemas/types'
import { describeErrors, validate } from '@channel-protocol/schemas/validate'
import { printable } from '../report/printable.ts'
import { UsageError } from './usage-error.ts'

const WIDTH = 500

/** The report in a file; throws {@link UsageError} where there is none. */
export function readReport(file: string): Report {
  const validation = validate('Report', readJson(file))
  if (validation.valid) return validation.value
  throw new UsageError(
    printable(
      `${file} is not a report of run --report: ${describeErrors(validation.errors.slice(0, 3))}`,
      WIDTH,
    ),
  )
}

/** The checks of a report that were made and did not pass. */
export function deviatingIn({ results }: Report): string[] {
  const quiet = ['pass', 'not-run', 'unsupported']
  return results.filter(({ verdict }) => !quiet.includes(verdict)).map(({ check }) => check)
}

function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`the report ${file} cannot be read: ${(error as Error).message}`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(printable(`${file} is not JSON: ${(error as Error).message}`, WIDTH))
  }
}
