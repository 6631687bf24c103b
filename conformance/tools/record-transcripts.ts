/** Writes `transcripts/` anew from what the reference server, the sample chat and the project's own client do today, and what their faults do wrong: `--help` explains it. */

import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readTranscripts, TRANSCRIPTS, type Transcript } from '../src/report/golden.ts'
import { MISDEEDS } from '../src/self-test/misdeeds.ts'
import {
  allowForOthers,
  changedChecks,
  keepUnchanged,
  writeTranscripts,
} from './transcripts/files.ts'
import { writeMisdeeds } from './transcripts/misdeeds.ts'
import { recordTranscripts } from './transcripts/record.ts'
import { recordClientTranscripts } from './transcripts/record-clients.ts'
import { type Asked, HELP, readArguments } from './transcripts/selection.ts'

/** Seeds of the recordings that are made of everything, and of those of what differed between them, by itself. */
const SEEDS = { all: [1, 2, 3], alone: [1, 2, 3, 4] } as const

const { help, only } = readOrEnd(process.argv.slice(2))
if (help) {
  process.stdout.write(HELP)
  process.exit()
}
const [first, ...others] = SEEDS.all
const recordings = [await recordTranscripts(first, only), await recordClientTranscripts(only)]
const failed = recordings.flatMap((recording) => recording.failed)
const isConforming = ({ checks }: Transcript): boolean =>
  !failed.some(({ check }) => checks.includes(check))
const recorded = readTranscripts()
const anew = recordings.flatMap(({ transcripts }) => transcripts).filter(isConforming)
const isAsked = ({ checks }: Transcript): boolean => !only || checks.some((id) => only.includes(id))
const kept = recorded.filter((transcript) => !isAsked(transcript) || !isConforming(transcript))
// What is asked for by name is written as it is today, also where it tells nothing else.
let written = [...kept, ...(only ? anew : keepUnchanged(recorded, anew))]
const racing = new Set<string>()
const allow = (transcripts: readonly Transcript[]): void => {
  const { allowing, differing } = allowForOthers(written, transcripts)
  written = allowing
  for (const check of differing) racing.add(check)
}
for (const seed of others) allow((await recordTranscripts(seed, only)).transcripts)
const suspects = changedChecks(recorded, anew)
for (const seed of SEEDS.alone) {
  const these = [...new Set([...racing, ...suspects])]
  if (these.length > 0) allow((await recordTranscripts(seed, these)).transcripts)
}
const files = writeTranscripts(written)
for (const file of readdirSync(TRANSCRIPTS)) {
  if (file.endsWith('.json') && !files.has(file)) rmSync(new URL(file, TRANSCRIPTS))
}
for (const [file, text] of files) writeFileSync(new URL(file, TRANSCRIPTS), text)
writeFileSync(MISDEEDS, await writeMisdeeds())
process.stdout.write(`${anew.length} transcripts in ${files.size} files\n`)
for (const { check, verdict, reason, got } of failed)
  process.stderr.write(`kept as it was, if it was: ${check} is ${verdict}: ${reason ?? got}\n`)
if (failed.length > 0) process.exitCode = 1

/** A wrong argument is told in one line, and ends the program as wrong usage does. */
function readOrEnd(args: readonly string[]): Asked {
  try {
    return readArguments(args)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exit(2)
  }
}
