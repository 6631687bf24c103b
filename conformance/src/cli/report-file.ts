/** Files that reports are written to: it alone knows what keeps one from being written, and says so before anything is judged. */

import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UsageError } from './usage-error.ts'

/** The options that name such files. */
export type ReportFlag = '--report' | '--junit' | '--markdown' | '--html'

/** Answers the file; throws {@link UsageError} where it cannot be written. */
export function readReportFile(flag: ReportFlag, file: string): string {
  const refuse = (why: string): never => {
    throw new UsageError(`${flag} ${file} cannot be written: ${why}`)
  }
  const folder = dirname(resolve(file))
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isDirectory()) refuse('it is a folder')
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    refuse(`there is no folder ${folder}; make it first`)
  try {
    accessSync(found ? file : folder, constants.W_OK)
  } catch {
    refuse('it is not yours to write')
  }
  return file
}
