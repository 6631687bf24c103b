import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { describe as describeError, makeHttp } from '../../src/drive/http.ts'
import { REAL_CLOCK } from '../../src/drive/waiting.ts'
import { startRecorder } from '../../src/timeline/recorder.ts'

test('an answer without an end is cut off, and recorded as no answer', async () => {
  const server = createServer((_, response) => {
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    const more = (): void => void (!response.destroyed && response.write(chunk, more))
    more()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const http = makeHttp(10_000)
  const recorder = startRecorder(REAL_CLOCK)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const answer = await http.send(recorder, 'reader', { method: 'GET', url, headers: {} })
  await http.stop()
  server.close()
  expect(answer).toBeUndefined()
  expect(recorder.events.at(-1)).toMatchObject({
    kind: 'failure',
    what: expect.stringContaining('max size'),
  })
})

test('an error is described by its code where that is a word, and not by a number', () => {
  const late = new DOMException('it took too long', 'TimeoutError')
  expect(describeError(late)).toBe('it took too long')
  expect(describeError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe(
    'ECONNREFUSED: refused',
  )
})
