import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readTranscripts } from '../../src/report/golden.ts'
import { MISDEEDS } from '../../src/self-test/misdeeds.ts'
import { changedChecks, changesSince } from '../../tools/transcripts/files.ts'
import { writeMisdeeds } from '../../tools/transcripts/misdeeds.ts'
import { recordTranscripts } from '../../tools/transcripts/record.ts'

/** How often a stimulus may be recorded until it shows what it showed when it was kept. */
const TURNS = 4

test('the transcripts are what the reference server and the sample chat do today', {
  timeout: 900_000,
}, async () => {
  const kept = readTranscripts()
  let only: string[] | undefined
  let changes: string[] = []
  // Where a stimulus can end in two ways the other one may come: what differs is recorded again, by itself.
  for (let turn = 0; turn < TURNS && only?.length !== 0; turn += 1) {
    const { transcripts, failed } = await recordTranscripts(2 + turn, only)
    expect(failed).toEqual([])
    changes = changesSince(kept, transcripts)
    only = changedChecks(kept, transcripts)
  }
  expect(changes, 'npm run transcripts records anew: read what changed').toEqual([])
})

test('the published misdeeds are those of the faults that there are', async () => {
  expect(await writeMisdeeds(), 'npm run transcripts writes them').toBe(
    readFileSync(MISDEEDS, 'utf8'),
  )
})
