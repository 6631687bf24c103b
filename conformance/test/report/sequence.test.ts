import { describe, expect, test } from 'vitest'
import { readGoldenSteps } from '../../src/report/golden-sequence.ts'
import { type Lane, MISSED, readSteps, type Step, withMissed } from '../../src/report/sequence.ts'
import type { Unrecorded } from '../../src/timeline/event.ts'
import { frame, timelineOf } from './made-run.ts'

const base = 'http://127.0.0.1:1/base'
const request = (as: string, path: string, headers = {}, method = 'POST'): Unrecorded => ({
  kind: 'request',
  as,
  method,
  url: base + path,
  headers,
  body: '{}',
})
const answer = (as: string): Unrecorded => ({
  kind: 'answer',
  as,
  status: 201,
  headers: { 'x-a': 'b' },
  body: '{"a":1}',
})
const ways = (events: readonly Unrecorded[], judged: Lane = 'service'): string[] =>
  readSteps(timelineOf(...events).events, judged).map(wayOf)
const wayOf = ({ from, to }: Step): string => (from === to ? from : `${from} -> ${to}`)

describe('readSteps', () => {
  test('what the application asks is answered to it, what a page asks to the page, each by its role', () => {
    expect(
      ways([
        request('one', '/v1/tokens'),
        request('two', '/v1/connect', { upgrade: 'websocket' }, 'GET'),
        answer('one'),
        answer('two'),
        request('two', '/v1/connect', { accept: 'text/event-stream' }, 'GET'),
        { kind: 'failure', as: 'two', what: 'ECONNRESET' },
        request('three', '/v1/tokens', { origin: 'https://page.example' }, 'OPTIONS'),
      ]),
    ).toEqual([
      'application -> service',
      'client -> service',
      'service -> application',
      'service -> client',
      'client -> service',
      'service -> client',
      'client -> service',
    ])
  })

  test('frames and closes go to the client, webhooks to the application, notes to nobody', () => {
    expect(
      ways([
        { kind: 'open', as: 'a', subprotocol: 'channel.v1' },
        frame('a', '{}'),
        { kind: 'sent', as: 'a', what: 'a Ping' },
        { kind: 'close', as: 'a', code: 4300, reason: 'token-expired' },
        { kind: 'webhook', as: 'a', method: 'POST', path: '/', headers: {}, body: '', inFlight: 1 },
        { kind: 'webhook-answer', as: 'a', status: 204, to: 5 },
        { kind: 'note', as: 'a', what: 'a fence passed' },
      ]),
    ).toEqual([
      'service -> client',
      'service -> client',
      'client -> service',
      'service -> client',
      'service -> application',
      'application -> service',
      'service',
    ])
  })

  test('bytes on plain TCP go where their request goes', () => {
    const sent = (as: string, what: string): Unrecorded => ({ kind: 'sent', as, what })
    expect(
      ways([
        sent('post', 'POST /v1/tokens HTTP/1.1'),
        answer('post'),
        sent('page', 'GET /v1/connect HTTP/1.1'),
        answer('page'),
      ]),
    ).toEqual([
      'application -> service',
      'service -> application',
      'client -> service',
      'service -> client',
    ])
  })

  test('where a client is judged, what came came from it', () => {
    expect(
      ways(
        [
          { kind: 'token-request', as: 'a', status: 200 },
          {
            kind: 'attempt',
            as: 'a#1',
            transport: 'websocket',
            url: '/c',
            subprotocols: [],
            headers: {},
          },
          { kind: 'sent', as: 'a#1', what: 'welcome' },
          frame('a#1', 'x'),
          { kind: 'told', as: 'a', what: 'open', members: {} },
        ],
        'client',
      ),
    ).toEqual([
      'client -> application',
      'client -> service',
      'service -> client',
      'client -> service',
      'client',
    ])
  })

  test('where an application is judged, pages ask it and its service reports to it', () => {
    expect(
      ways(
        [
          request('page', '/post'),
          answer('page'),
          request('report', '/_ah/channel/connected/'),
          answer('report'),
          request('token', '/v1/tokens'),
        ],
        'application',
      ),
    ).toEqual([
      'client -> application',
      'application -> client',
      'service -> application',
      'application -> service',
      'application -> service',
    ])
  })

  test('a step says when it was, in one line what it was, and in full all that is known', () => {
    const [, step] = readSteps(
      timelineOf(request('one', '/v1/tokens'), answer('one')).events,
      'service',
    )
    expect(step).toMatchObject({
      n: 2,
      as: 'one',
      label: '201 {"a":1}',
      full: '201 {"a":1}\nx-a: b',
    })
    expect(step?.afterMs).toBe(100)
  })
})

describe('readGoldenSteps', () => {
  test('a speaker speaks to whom it answers', () => {
    const steps = readGoldenSteps([
      'one: application POST /v1/tokens {}',
      'one: service 201 {}',
      'two: client upgrade /v1/connect',
      'two: service 101, channel.v1',
      'two: service webhook POST /_ah/channel/connected/ event=connected',
      'two: application answers 204',
      'two: suite ... the same for 3 more',
      '... 7 more',
    ])
    expect(steps.map(wayOf)).toEqual([
      'application -> service',
      'service -> application',
      'client -> service',
      'service -> client',
      'service -> application',
      'application -> service',
      'service',
      'service',
    ])
    expect(steps[0]).toMatchObject({ as: 'one', label: 'POST /v1/tokens {}' })
    expect(steps.at(-1)).toMatchObject({ as: '', label: '... 7 more' })
  })
})

describe('withMissed', () => {
  test('what never came is a last remark of the target, when the last thing was seen, and no event', () => {
    const steps = readSteps(timelineOf(request('a', '/v1/tokens'), answer('a')).events, 'service')
    const [last, ...none] = withMissed(steps, 'service').slice(steps.length)
    expect(last).toMatchObject({ from: 'service', to: 'service', n: 0, label: MISSED })
    expect(last?.afterMs).toBe(steps.at(-1)?.afterMs)
    expect(none).toEqual([])
  })
})
