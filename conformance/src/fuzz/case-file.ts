/** Saved cases: it alone knows how a file of one is named, written and read. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeErrors, validate } from '@channel-protocol/schemas'
import type { FuzzCase } from '@channel-protocol/schemas/types'
import { actionOf, describeStep, type Step } from './step.ts'

/** A case with steps that the fuzzer knows. */
export type Case = Omit<FuzzCase, 'steps'> & { readonly steps: readonly Step[] }

/** Thrown where a file is no case that can be played; says what to do. */
export class UnreadableCase extends Error {}

/** Writes a case into a folder, which is made, and returns the path of the file. */
export function saveCase(folder: string, saved: Case): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${fileNameOf(saved)}.json`)
  writeFileSync(file, `${JSON.stringify(saved, undefined, 2)}\n`)
  return file
}

/** Reads a case. Throws {@link UnreadableCase}. */
export function readCase(file: string): Case {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UnreadableCase(`${file} cannot be read: ${(error as Error).message}`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UnreadableCase(`${file} is no JSON; give a file that fuzz --save wrote`)
  }
  const validation = validate('FuzzCase', value)
  if (!validation.valid)
    throw new UnreadableCase(`${file} is no saved case: ${describeErrors(validation.errors)}`)
  const { steps } = value as Case
  const unknown = steps.find((step) => actionOf(step) === undefined)
  if (unknown)
    throw new UnreadableCase(
      `${file} has a step that this version does not know: ${describeStep(unknown)}`,
    )
  return value as Case
}

/** `presence-grace-returned-4-steps`. */
function fileNameOf({ found, steps }: Case): string {
  const count = `${steps.length}-${steps.length === 1 ? 'step' : 'steps'}`
  return `${found.requirement.replaceAll('.', '-')}-${count}`
}
