import { expect, test } from 'vitest'
import { readSettings } from '../src/settings.ts'
import { describeStart } from '../src/start-lines.ts'

const NOTE = 'resume_bytes is above queue_bytes'

const describe = (...flags: string[]): string =>
  describeStart(readSettings(flags, {}), 'http://127.0.0.1:8080', undefined, [])

test('a replay that may outgrow the queue of its reader is noted, one that fits is not', () => {
  expect(describe('--resume-bytes', '1048577')).toContain(NOTE)
  expect(describe('--resume-bytes', '1048576')).not.toContain(NOTE)
})

test('nothing is noted where no queue or no replay is bounded', () => {
  const large = ['--resume-bytes', '1048577', '--profiles']
  expect(describe(...large, 'core,resume')).not.toContain(NOTE)
  expect(describe(...large, 'core,robust')).not.toContain(NOTE)
})

test('where the state lives is told, without what is secret in it', () => {
  expect(describe()).toContain('in memory, and lost with the process')
  expect(describe('--broker', 'sqlite:./channel.db')).toContain('in ./channel.db, and kept')
  const redis = describe('--broker', 'redis://user:hush@127.0.0.1:6379')
  expect(redis).toContain('in Redis at 127.0.0.1:6379')
  expect(redis).not.toContain('hush')
})
