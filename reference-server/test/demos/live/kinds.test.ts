import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KINDS, LANES, readCall } from '../../../demos/live/kinds.ts'

function readChapter(name: string): string {
  return readFileSync(new URL(`../../../../spec/${name}.md`, import.meta.url), 'utf8')
}

test.each(Object.entries(KINDS))('%s follows a requirement of the specification', (_, kind) => {
  const [chapter = ''] = kind.requirement.split('.', 1)
  expect(readChapter(chapter)).toContain(`<a id="${kind.requirement}"></a>`)
})

test('every kind is between two different roles', () => {
  for (const { from, to } of Object.values(KINDS)) {
    expect(LANES).toContain(from)
    expect(LANES).toContain(to)
    expect(from).not.toBe(to)
  }
})

test('calls of the samples are shown, pages and the live view itself are not', () => {
  expect(readCall('GET', '/login')).toBe('login')
  expect(readCall('POST', '/post')).toBe('value')
  expect(readCall('POST', '/chat/token')).toBe('token-call')
  expect(readCall('POST', '/chat/')).toBe('call')
  expect(readCall('GET', '/push/')).toBeUndefined()
  expect(readCall('GET', '/live/token')).toBeUndefined()
  expect(readCall('POST', '/live/break')).toBeUndefined()
})
