import { describe, expect, test } from 'vitest'
import type { Unrecorded } from '../../src/timeline/event.ts'
import { allowFor, differencesOf } from '../../tools/transcripts/compare.ts'
import { MOST } from '../../tools/transcripts/condense.ts'
import { makeTranscript } from '../../tools/transcripts/transcript.ts'
import { frame, timelineOf } from '../report/made-run.ts'

const transcriptOf = (events: readonly Unrecorded[], proves = 'token.mint.answer') =>
  makeTranscript({
    checks: ['token.check'],
    proves: [proves],
    events: timelineOf(...events).events,
    known: new Map([['a-secret-of-the-target', 'secret']]),
  })
const request = (as: string, body: object): Unrecorded => ({
  kind: 'request',
  as,
  method: 'POST',
  url: 'http://127.0.0.1:4711/v1/tokens',
  headers: { authorization: 'Bearer a-secret-of-the-target', 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const answer = (as: string, status: number, body: object): Unrecorded => ({
  kind: 'answer',
  as,
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const mint = (as: string, id: string, token: string): Unrecorded[] => [
  request(as, { client_id: id }),
  answer(as, 201, { token, client_id: id, expires_at: '2026-11-21T21:00:00.000Z' }),
]
const nonce = (digit: string): string => `c${digit.repeat(18)}`

describe('makeTranscript', () => {
  test('what a run made up has a name that stays the same, and nothing else of it is left', () => {
    const { lines } = transcriptOf([
      ...mint('control', nonce('1'), 'token-of-the-first-run'),
      ...mint('defect', nonce('2'), 'token-of-the-other-run'),
    ])
    expect(lines).toEqual([
      'control: application POST /v1/tokens {"client_id":"<client 1>"}',
      'control: service 201 {"token":"<token 1>","client_id":"<client 1>","expires_at":"<time>"}',
      'defect: application POST /v1/tokens {"client_id":"<client 2>"}',
      'defect: service 201 {"token":"<token 2>","client_id":"<client 2>","expires_at":"<time>"}',
    ])
  })

  test('a secret of the target never shows, wherever it stands', () => {
    const { lines, roles } = transcriptOf([
      { kind: 'note', as: 'note', what: 'a-secret-of-the-target' },
      answer('mirror', 400, { detail: 'got a-secret-of-the-target' }),
    ])
    expect(JSON.stringify([lines, roles])).not.toContain('a-secret-of-the-target')
  })

  test('heartbeats are told only where they are what it is about', () => {
    const beats = [frame('client', '{"type":"heartbeat"}'), frame('client', '{"type":"heartbeat"}')]
    expect(transcriptOf(beats).lines).toEqual([])
    expect(transcriptOf(beats, 'connection.heartbeat.envelope').lines).toHaveLength(2)
  })

  test('a long transcript is cut to few lines that say what was left out', () => {
    const events = Array.from({ length: 40 }, (_, index) =>
      mint(`role ${index}`, `c${String(index).padStart(18, '0')}`, `token-of-run-${index}-0000`),
    ).flat()
    const { lines } = transcriptOf(events)
    expect(lines.length).toBeLessThanOrEqual(MOST + 1)
    expect(lines.join('\n')).toContain('the same for')
  })

  test('roles are kept whole: every status, code and set of members that each saw', () => {
    const { roles } = transcriptOf([
      ...mint('control', nonce('1'), 'token-of-the-first-run'),
      { kind: 'close', as: 'control', code: 4300, reason: 'token-expired' },
    ])
    expect(roles).toEqual([
      expect.stringMatching(
        /^control: 201#[0-9a-f]{4}, Close 4300 token-expired, POST \/v1\/tokens$/,
      ),
    ])
  })
})

describe('differencesOf', () => {
  const recorded = transcriptOf(mint('control', nonce('1'), 'token-of-the-first-run'))

  test('two recordings of the same do not differ', () => {
    const anew = transcriptOf(mint('control', nonce('7'), 'token-of-another-run'))
    expect(differencesOf(recorded, anew)).toEqual([])
  })

  test.for<[string, Unrecorded[]]>([
    ['another status', [request('control', {}), answer('control', 200, { token: 'x' })]],
    ['another member', [request('control', {}), answer('control', 201, { token: 'x', more: 1 })]],
    ['another role', mint('other', nonce('1'), 'token-of-the-first-run')],
    [
      'another call',
      [...mint('control', nonce('1'), 'token-of-a-run'), answer('control', 500, {})],
    ],
    ['another event', [...mint('control', nonce('1'), 'token-of-a-run'), frame('control', '{}')]],
  ])('%s is a difference', ([, events]) => {
    expect(differencesOf(recorded, transcriptOf(events))).not.toEqual([])
  })

  test('another close code is a difference, an end that came too late to be seen is none', () => {
    const ended = (code: number) =>
      transcriptOf([
        ...mint('control', nonce('1'), 'token-of-a-run'),
        { kind: 'close', as: 'control', code, reason: '' },
      ])
    expect(differencesOf(ended(4300), ended(4301))).not.toEqual([])
    expect(differencesOf(ended(4300), recorded)).toEqual([])
  })

  test('the order of roles that do not wait for each other is no difference', () => {
    const one = mint('one', nonce('1'), 'token-of-the-first-run')
    const two = mint('two', nonce('2'), 'token-of-the-other-run')
    expect(differencesOf(transcriptOf([...one, ...two]), transcriptOf([...two, ...one]))).toEqual(
      [],
    )
  })
})

describe('allowFor', () => {
  const recorded = transcriptOf(mint('control', nonce('1'), 'token-of-the-first-run'))
  const longer = transcriptOf([
    ...mint('control', nonce('1'), 'token-of-the-first-run'),
    frame('control', '{"type":"message"}'),
  ])

  test('what another recording of the same showed is no difference any more, either way', () => {
    const allowing = allowFor(recorded, longer)
    expect(differencesOf(allowing, longer)).toEqual([])
    expect(differencesOf(allowing, recorded)).toEqual([])
  })

  test('what no recording showed is still one', () => {
    const refused = transcriptOf([request('control', {}), answer('control', 500, {})])
    expect(differencesOf(allowFor(recorded, longer), refused)).not.toEqual([])
  })
})
