import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  fieldsComplete,
  idsByVersion,
  namesEnded,
  sentAsForm,
  sentLike,
  signed,
  timedAtChange,
  timestampedByAttempt,
} from '../../src/judges/webhook.ts'
import { signatureOf } from '../../src/timeline/signature.ts'
import { envelope, type Planned, request, sent, timelineOf, webhook } from '../timeline-builder.ts'

const secret = 'whsec_ZGV2ZWxvcG1lbnQtc2VjcmV0LW5vdC1zZWNyZXQtMDAwMQ=='
const verdict = (judge: Judge, ...events: Planned[]): string =>
  judge(timelineOf(events, { webhookSecrets: [secret] })).verdict
const clientId = 'a &=+%é'
const mint = request('client', 'http://127.0.0.1:1/v1/tokens', { client_id: clientId })
const welcome = envelope('client', { type: 'welcome', connection_id: 'k', epoch: 7 })
const time = '2026-10-01T11:50:00.000Z'
const fields = {
  event: 'connected',
  from: clientId,
  connection_id: 'k',
  epoch: '7',
  version: '1',
  time,
}
const gone = { ...fields, event: 'disconnected', version: '2', reason: 'closed' }

describe('sentAsForm', () => {
  const judge = sentAsForm('client')
  test('a form that decodes to the client id passes', () => {
    expect(verdict(judge, mint, webhook('client', fields), webhook('client', gone))).toBe('pass')
  })
  test.each([
    ['another method', { method: 'PUT' }],
    ['the path of another event', { path: '/_ah/channel/disconnected/' }],
    ['another content type', { headers: { 'content-type': 'text/plain' } }],
    ['bytes that are not encoded', { body: `event=connected&from=${clientId}` }],
    ['a percent sign without digits', { body: 'event=connected&from=%x' }],
    ['another client id', { body: 'event=connected&from=b' }],
    ['no event', { body: 'from=b' }],
  ])('%s fails', (_what, members) => {
    expect(verdict(judge, mint, webhook('client', fields, members))).toBe('fail')
  })
  test('without a webhook nothing can be said', () => {
    expect(verdict(judge, mint)).toBe('inconclusive')
  })
})

describe('fieldsComplete', () => {
  const judge = fieldsComplete('client')
  test('all fields pass', () => {
    expect(verdict(judge, mint, welcome, webhook('client', fields), webhook('client', gone))).toBe(
      'pass',
    )
  })
  test.each([
    { from: 'b' },
    { connection_id: 'l' },
    { epoch: '8' },
    { version: '01' },
    { time: 'now' },
    { reason: '' },
  ])('%o instead fails', (change) => {
    expect(verdict(judge, mint, welcome, webhook('client', { ...gone, ...change }))).toBe('fail')
  })
})

test('namesEnded: disconnected names the newest connection of the role', () => {
  const judge = namesEnded('client')
  expect(verdict(judge, welcome, webhook('client', gone))).toBe('pass')
  expect(verdict(judge, welcome, webhook('client', { ...gone, connection_id: 'l' }))).toBe('fail')
  expect(verdict(judge, welcome)).toBe('inconclusive')
})

describe('timedAtChange', () => {
  // The registry's default of the grace is 10 s.
  const judge = timedAtChange('client', 'old')
  const at = (second: string): string => `2026-10-01T11:50:${second}.000Z`
  const first = envelope('old', { type: 'welcome' })
  const came = webhook('client', { ...fields, time: at('00') })
  const left = sent('client', 2000)
  test('times as far apart as the ending and the grace pass', () => {
    const late = webhook('client', { ...gone, time: at('12') })
    expect(verdict(judge, came, first, came, left, late)).toBe('pass')
  })
  test('the instant of the loss fails', () => {
    const early = webhook('client', { ...gone, time: at('02') })
    expect(verdict(judge, came, first, came, left, early)).toBe('fail')
  })
  test('another time with a repeat fails', () => {
    const again = webhook('client', { ...fields, time: at('01') })
    expect(verdict(judge, came, first, again, left)).toBe('fail')
  })
  test('without a going nothing can be said', () => {
    expect(verdict(judge, came, first, left)).toBe('inconclusive')
  })
})

describe('idsByVersion', () => {
  const judge = idsByVersion('client', 'neighbour')
  const attempt = (as: string, id: string, change: object = {}): Planned =>
    webhook(as, { ...fields, ...change }, { headers: { 'webhook-id': id } })
  test('one id for each version passes', () => {
    const repeat = [attempt('client', 'a'), attempt('client', 'a')]
    expect(verdict(judge, ...repeat, attempt('client', 'b', gone))).toBe('pass')
  })
  test('another id for a repeat fails', () => {
    expect(verdict(judge, attempt('client', 'a'), attempt('client', 'b'))).toBe('fail')
  })
  test('the same id for another version fails', () => {
    expect(verdict(judge, attempt('client', 'a'), attempt('client', 'a', gone))).toBe('fail')
  })
  test('the same id for another client fails', () => {
    const other = attempt('neighbour', 'a', { from: 'b' })
    expect(verdict(judge, attempt('client', 'a'), other)).toBe('fail')
  })
  test('no id fails', () => {
    expect(verdict(judge, webhook('client', fields))).toBe('fail')
  })
})

describe('timestampedByAttempt', () => {
  const judge = timestampedByAttempt('client')
  const attempt = (atMs: number, stamp: string): Planned =>
    webhook('client', fields, { atMs, headers: { 'webhook-timestamp': stamp } })
  test('the seconds of each attempt pass', () => {
    expect(verdict(judge, attempt(1_000_900, '1000'), attempt(1_003_100, '1003'))).toBe('pass')
  })
  test('the seconds of the first attempt at the second fail', () => {
    expect(verdict(judge, attempt(1_000_900, '1000'), attempt(1_003_100, '1000'))).toBe('fail')
  })
  test('milliseconds fail', () => {
    expect(verdict(judge, attempt(1_000_900, '1000900'))).toBe('fail')
  })
  test('fractions fail', () => {
    expect(verdict(judge, attempt(1_000_900, '1000.9'))).toBe('fail')
  })
  test('without an attempt nothing can be said', () => {
    expect(verdict(judge)).toBe('inconclusive')
  })
})

describe('signed', () => {
  const judge = signed('client')
  const body = new URLSearchParams(fields).toString()
  const right = signatureOf(secret, { id: 'a', timestamp: '1', body })
  const attempt = (signature: string): Planned =>
    webhook('client', fields, {
      headers: { 'webhook-id': 'a', 'webhook-timestamp': '1', 'webhook-signature': signature },
    })
  test('the worked example of the specification comes out', () => {
    const example =
      'event=disconnected&from=ada%40example.org&connection_id=c-8Xq2v&epoch=1790855400000000&version=2&time=2026-10-01T11%3A50%3A00.000Z&reason=lost'
    expect(
      signatureOf(secret, { id: 'msg_Zc3vI1pU', timestamp: '1790855400', body: example }),
    ).toBe('v1,lORBrimelqD32ocPnBFR0eLZCF80p9FfoJRRNmUv/Ds=')
  })
  test('a right signature among others passes', () => {
    expect(verdict(judge, attempt(`v1,AAAA ${right}`))).toBe('pass')
  })
  test('a wrong signature fails', () => {
    expect(verdict(judge, attempt('v1,AAAA'))).toBe('fail')
  })
  test('no signature fails', () => {
    expect(verdict(judge, webhook('client', fields))).toBe('fail')
  })
})

describe('sentLike', () => {
  const judge = sentLike('client', 'control')
  const control = webhook('control', fields)
  test('the path of the control passes', () => {
    expect(verdict(judge, control, webhook('client', fields))).toBe('pass')
  })
  test('another path fails', () => {
    const there = webhook('client', fields, { path: '/elsewhere/' })
    expect(verdict(judge, control, there)).toBe('fail')
  })
  test('no webhook fails', () => {
    expect(verdict(judge, control)).toBe('fail')
  })
  test('without the control nothing can be said', () => {
    expect(verdict(judge, webhook('client', fields))).toBe('inconclusive')
  })
})
