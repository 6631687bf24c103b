import { afterEach, expect, test } from 'vitest'
import { makeDrive } from '../src/drive/drive.ts'
import { makeHttp } from '../src/drive/http.ts'
import { preflight } from '../src/preflight.ts'
import { startRecorder } from '../src/timeline/recorder.ts'
import { type Stage, startUnfinishedService, type UnfinishedService } from './unfinished-service.ts'

const PATIENCE_MS = 100

let service: UnfinishedService

afterEach(() => service.stop())

test.for<[stage: Stage, silence: string | undefined]>([
  ['no handshake', 'no client is welcomed'],
  ['no welcome', 'no client is welcomed'],
  ['no message', 'no message that is posted reaches its client'],
  ['all', undefined],
])('with %s the preflight finds what clients wait for in vain', async ([stage, silence]) => {
  service = await startUnfinishedService(stage)
  const found = await preflight(service, PATIENCE_MS)
  expect(found.silence).toBe(silence)
  expect(found.trouble).toBeUndefined()
})

test('where nobody is welcomed, a check that needs a connection ends at once', async () => {
  service = await startUnfinishedService('no handshake')
  const { site } = await preflight(service, PATIENCE_MS)
  const http = makeHttp(PATIENCE_MS)
  const drive = makeDrive(site, http, startRecorder(), 3_600_000)
  await expect(drive.connect('client', drive.clientId())).rejects.toThrow('welcomes nobody')
  await drive.finish()
  await http.stop()
})
