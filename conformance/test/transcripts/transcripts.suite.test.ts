import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readTranscripts } from '../../src/report/golden.ts'
import { MISDEEDS } from '../../src/self-test/misdeeds.ts'
import { changesSince } from '../../tools/transcripts/files.ts'
import { writeMisdeeds } from '../../tools/transcripts/misdeeds.ts'
import { recordTranscripts } from '../../tools/transcripts/record.ts'

test('the transcripts are what the reference server and the sample chat do today', {
  timeout: 300_000,
}, async () => {
  const { transcripts, failed } = await recordTranscripts(2)
  expect(failed).toEqual([])
  const changes = changesSince(readTranscripts(), transcripts)
  expect(changes, 'npm run transcripts records anew: read what changed').toEqual([])
})

test('the published misdeeds are those of the faults that there are', async () => {
  expect(await writeMisdeeds(), 'npm run transcripts writes them').toBe(
    readFileSync(MISDEEDS, 'utf8'),
  )
})
