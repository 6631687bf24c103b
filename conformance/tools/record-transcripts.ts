/** Writes `transcripts/` anew from what the reference server, the sample chat and the project's own client do today, and what their faults do wrong. */

import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { readTranscripts, TRANSCRIPTS, type Transcript } from '../src/report/golden.ts'
import { MISDEEDS } from '../src/self-test/misdeeds.ts'
import { keepUnchanged, writeTranscripts } from './transcripts/files.ts'
import { writeMisdeeds } from './transcripts/misdeeds.ts'
import { recordTranscripts } from './transcripts/record.ts'
import { recordClientTranscripts } from './transcripts/record-clients.ts'

const recordings = [await recordTranscripts(1), await recordClientTranscripts()]
const failed = recordings.flatMap((recording) => recording.failed)
const isConforming = ({ checks }: Transcript): boolean =>
  !failed.some(({ check }) => checks.includes(check))
const recorded = readTranscripts()
const anew = recordings.flatMap(({ transcripts }) => transcripts).filter(isConforming)
const kept = recorded.filter((transcript) => !isConforming(transcript))
const files = writeTranscripts([...kept, ...keepUnchanged(recorded, anew)])
for (const file of readdirSync(TRANSCRIPTS)) {
  if (file.endsWith('.json') && !files.has(file)) rmSync(new URL(file, TRANSCRIPTS))
}
for (const [file, text] of files) writeFileSync(new URL(file, TRANSCRIPTS), text)
writeFileSync(MISDEEDS, await writeMisdeeds())
process.stdout.write(`${anew.length} transcripts in ${files.size} files\n`)
for (const { check, verdict, reason, got } of failed)
  process.stderr.write(`kept as it was, if it was: ${check} is ${verdict}: ${reason ?? got}\n`)
if (failed.length > 0) process.exitCode = 1
