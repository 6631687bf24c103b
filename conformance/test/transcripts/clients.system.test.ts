import { expect, test } from 'vitest'
import { readTranscripts } from '../../src/report/golden.ts'
import { changesSince } from '../../tools/transcripts/files.ts'
import { recordClientTranscripts } from '../../tools/transcripts/record-clients.ts'

test("the transcripts of clients are what the project's own client does today", async () => {
  const { transcripts, failed } = await recordClientTranscripts()
  expect(failed).toEqual([])
  const changes = changesSince(readTranscripts(), transcripts)
  expect(changes, 'npm run transcripts records anew: read what changed').toEqual([])
})
