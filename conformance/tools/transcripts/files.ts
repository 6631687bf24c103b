/** How transcripts lie on disk: one file for each chapter, each transcript where its first check belongs. */

import { EVERY_CHECK } from '../../src/checks/every.ts'
import { readLedger } from '../../src/ledger.ts'
import type { Transcript } from '../../src/report/golden.ts'
import { allowFor, differencesOf } from './compare.ts'

/** The text of each file by its name, without folder. */
export function writeTranscripts(transcripts: readonly Transcript[]): Map<string, string> {
  const { find, revision } = readLedger()
  const chapters = new Map(EVERY_CHECK.map(({ id, proves }) => [id, find(proves).chapter]))
  const sorted = [...transcripts].sort((a, b) =>
    (a.checks[0] ?? '') < (b.checks[0] ?? '') ? -1 : 1,
  )
  const byChapter = Map.groupBy(sorted, ({ checks }) => chapters.get(checks[0] ?? '') ?? 'unknown')
  return new Map(
    [...byChapter].map(([chapter, own]) => [
      `${chapter}.json`,
      `${JSON.stringify({ revision, transcripts: own }, undefined, 1)}\n`,
    ]),
  )
}

/**
 * The transcripts recorded anew, but as they were wherever both tell the same: the order of independent roles would
 * make every recording another.
 */
export function keepUnchanged(
  recorded: readonly Transcript[],
  anew: readonly Transcript[],
): Transcript[] {
  const before = new Map(recorded.map((transcript) => [transcript.checks.join(), transcript]))
  return anew.map((transcript) => {
    const old = before.get(transcript.checks.join())
    return old && differencesOf(old, transcript).length === 0 ? old : transcript
  })
}

/** The transcripts, allowing for what a further recording shows otherwise, and the checks of which it does. */
export function allowForOthers(
  recorded: readonly Transcript[],
  others: readonly Transcript[],
): { readonly allowing: Transcript[]; readonly differing: readonly string[] } {
  const byChecks = new Map(others.map((transcript) => [transcript.checks.join(), transcript]))
  const differing: string[] = []
  const allowing = recorded.map((transcript) => {
    const other = byChecks.get(transcript.checks.join())
    if (!other || differencesOf(transcript, other).length === 0) return transcript
    differing.push(...transcript.checks)
    return allowFor(transcript, other)
  })
  return { allowing, differing }
}

/** What is otherwise today than it was recorded, in words. */
export function changesSince(
  recorded: readonly Transcript[],
  anew: readonly Transcript[],
): string[] {
  const before = new Map(recorded.map((transcript) => [transcript.checks.join(), transcript]))
  return anew.flatMap((transcript) => {
    const old = before.get(transcript.checks.join())
    return old ? differencesOf(old, transcript) : [`${transcript.checks[0]}: was not recorded`]
  })
}

/** The checks whose stimulus tells something else than was recorded. */
export function changedChecks(
  recorded: readonly Transcript[],
  anew: readonly Transcript[],
): string[] {
  return anew
    .filter((transcript) => changesSince(recorded, [transcript]).length > 0)
    .flatMap(({ checks }) => checks)
}
