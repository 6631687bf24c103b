import { expect, test } from 'vitest'
import { givenSecrets } from '../../src/timeline/given-secrets.ts'
import { startRecorder } from '../../src/timeline/recorder.ts'

test('a token and a ticket are secrets wherever in an answer they stand', () => {
  expect(
    givenSecrets('{"token" : "to\\u006ben-1\\"2", "connect_url": "ws://h/v1/connect"}'),
  ).toEqual(['token-1"2'])
  expect(givenSecrets('{"url":"wss://h/base/v1/socket/t1ck3t.aa"}')).toEqual(['t1ck3t.aa'])
  expect(givenSecrets('[{"token":"token-one"},{"token":"token-two"}]')).toEqual([
    'token-one',
    'token-two',
  ])
})

test('what is shorter than a token, or no text, would take ordinary words out of a report', () => {
  expect(givenSecrets('{"token":"a"} {"token":7} {"url":"/v1/socket/a"} {"data":"token"}')).toEqual(
    [],
  )
})

test('a recording knows the secrets of its answers, however they were asked for', () => {
  const recorder = startRecorder()
  const body = '{"token":"token-one"}'
  recorder.record({ kind: 'answer', as: 'raw', status: 201, headers: {}, body })
  recorder.record({ kind: 'frame', as: 'raw', type: 'text', text: '{"token":"no secret"}' })
  expect([...recorder.secrets]).toEqual(['token-one'])
})
