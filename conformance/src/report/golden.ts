/** What a conforming server did in each check, recorded from the reference server; the only reader of `transcripts/`. */

import { readdirSync, readFileSync } from 'node:fs'

/** What was seen of one stimulus, in words. */
export interface Transcript {
  /** The checks that judge it. */
  readonly checks: readonly string[]
  /** The few lines that are worth reading: role, speaker and what was said. */
  readonly lines: readonly string[]
  /** What each role lived through, in shapes: whole, for comparing, and not for reading. */
  readonly roles: readonly string[]
  /** Shapes with their role that only some recordings show, as roles that do not wait for each other can end in two ways. */
  readonly sometimes?: readonly string[]
  /** Whether the lines are those of one recording of several that differ. */
  readonly varies?: true
}

/** Where the recorded transcripts are. */
export const TRANSCRIPTS = new URL('../../transcripts/', import.meta.url)

let recorded: ReadonlyMap<string, readonly string[]> | undefined

/**
 * What a conforming server did in this check, one line an event: `role: speaker what was said`, made-up values
 * as `<token 1>`. Undefined where nothing was recorded. Read from disk once, when first asked.
 */
export function goldenOf(checkId: string): readonly string[] | undefined {
  recorded ??= new Map(
    readTranscripts().flatMap(({ checks, lines }) =>
      checks.map((check) => [check, lines] as const),
    ),
  )
  return recorded.get(checkId)
}

/** All recorded transcripts. */
export function readTranscripts(): Transcript[] {
  return readdirSync(TRANSCRIPTS)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap(
      (file) =>
        (
          JSON.parse(readFileSync(new URL(file, TRANSCRIPTS), 'utf8')) as {
            transcripts: Transcript[]
          }
        ).transcripts,
    )
}
