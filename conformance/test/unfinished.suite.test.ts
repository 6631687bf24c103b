import { expect, test } from 'vitest'
import { conformance } from './processes.ts'
import { startUnfinishedService } from './unfinished-service.ts'

// Each of a hundred checks waited for what never came: eight minutes without a word.
test('a service that welcomes nobody is told so first, and judged without waiting for it again and again', async () => {
  const service = await startUnfinishedService('no welcome')
  const { code, stdout } = await conformance('run', service.site.baseUrl)
  service.stop()
  expect(stdout).toContain('no client is welcomed within 5 s: mend that first')
  expect(stdout).toMatch(/FAIL connection\.first-frame\.welcome/)
  expect(stdout).toContain('this service welcomes nobody')
  expect(code, stdout).toBe(1)
})
