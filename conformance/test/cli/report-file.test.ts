import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readReportFile } from '../../src/cli/report-file.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'report-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('readReportFile', () => {
  test('takes a file that is not there yet, and one that is', () => {
    const file = join(folder, 'report.json')
    expect(readReportFile('--report', file)).toBe(file)
    writeFileSync(file, '')
    expect(readReportFile('--report', file)).toBe(file)
  })

  test('says which option names a folder that is not there', () => {
    const file = join(folder, 'none', 'junit.xml')
    expect(() => readReportFile('--junit', file)).toThrow(UsageError)
    expect(() => readReportFile('--junit', file)).toThrow(/^--junit .* there is no folder .*none/)
  })

  test('says that a folder is no file', () => {
    expect(() => readReportFile('--html', folder)).toThrow(/it is a folder/)
  })
})
