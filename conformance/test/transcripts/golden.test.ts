import { readdirSync, statSync } from 'node:fs'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { describe, expect, test } from 'vitest'
import { EVERY_CHECK } from '../../src/checks/every.ts'
import { goldenOf, readTranscripts, TRANSCRIPTS } from '../../src/report/golden.ts'
import { MOST } from '../../tools/transcripts/condense.ts'

describe('the recorded transcripts', () => {
  test('every check has one, and no check has two', () => {
    const recorded = readTranscripts().flatMap(({ checks }) => checks)
    expect(recorded.toSorted()).toEqual(EVERY_CHECK.map(({ id }) => id).toSorted())
  })

  test('each shows something, in few lines', () => {
    const odd = readTranscripts().filter(
      ({ lines }) => lines.length === 0 || lines.length > MOST + 1,
    )
    expect(odd.map(({ checks }) => checks[0])).toEqual([])
  })

  test('hold no secret, and nothing of the machine on which they were made', () => {
    const text = JSON.stringify(readTranscripts())
    for (const secret of [...DEVELOPMENT.application_keys, ...DEVELOPMENT.webhook_secrets])
      expect(text).not.toContain(secret)
    expect(
      text.match(/127\.0\.0\.1:\d+|\b(?:key-[\w-]{32}\b|whsec_\w{16,})|\beyJ\w{8,}/g),
    ).toBeNull()
    expect(text.match(/\b20\d\d-\d\d-\d\dT\d\d:|\bc[0-9a-f]{18}\b/g)).toBeNull()
  })

  test('are small enough to be read in a review', () => {
    const sizes = readdirSync(TRANSCRIPTS).map((file) => statSync(new URL(file, TRANSCRIPTS)).size)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000)
  })

  test('a check that nobody knows has none', () => {
    expect(goldenOf('token.nothing.at-all')).toBeUndefined()
  })
})
