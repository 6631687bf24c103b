import { describe, expect, test } from 'vitest'
import { signed } from '../../src/judges/webhook.ts'
import { readAdvertised } from '../../src/target/advertised.ts'
import type { Headers } from '../../src/timeline/event.ts'
import { signatureOf } from '../../src/timeline/signature.ts'
import { makeStandIns, recordTimeline, restore } from '../../src/timeline/stand-ins.ts'
import type { Timeline } from '../../src/timeline/timeline.ts'

const SECRET = 'whsec_c2VjcmV0LW9mLXRoaXMtdGVzdC0wMDAwMDAwMDE='
const TOKEN = 'Ab3.de-f_09~ZZtoken'
const BODY = `from=ada&event=connected&note=${TOKEN}`

const timelineOf = (signature: string): Timeline => ({
  advertised: readAdvertised('http://127.0.0.1:1', undefined, [SECRET]),
  events: [
    {
      n: 1,
      atMs: 0,
      as: 'client',
      kind: 'answer',
      status: 201,
      headers: {},
      body: `{"token":"${TOKEN}"}`,
    },
    {
      n: 2,
      atMs: 1,
      as: 'client',
      kind: 'webhook',
      method: 'POST',
      path: '/',
      headers: {
        'webhook-id': 'id',
        'webhook-timestamp': '1',
        'webhook-signature': signature,
      } satisfies Headers,
      body: BODY,
      inFlight: 1,
    },
  ],
})
const right = signatureOf(SECRET, { id: 'id', timestamp: '1', body: BODY })
const record = (signature: string): ReturnType<typeof recordTimeline> =>
  recordTimeline(timelineOf(signature), [SECRET, TOKEN], makeStandIns(Buffer.alloc(32)))
const again = (signature: string): Timeline => {
  const { timeline, standIns } = record(signature)
  return restore(timeline, standIns)
}

describe('makeStandIns', () => {
  const standIn = makeStandIns(Buffer.alloc(32))
  test('a stand-in is as long as the secret, has its punctuation and letters of its kinds', () => {
    expect(standIn(TOKEN)).toMatch(
      /^[A-Za-z0-9]{3}\.[A-Za-z0-9]{2}-[A-Za-z0-9]_[A-Za-z0-9]{2}~[A-Za-z0-9]{7}$/,
    )
    expect(standIn('deadbeef')).toMatch(/^[a-z]{8}$/)
    expect(standIn(TOKEN)).not.toBe(TOKEN)
  })
  test('one secret has one stand-in, another secret and another run have another', () => {
    expect(standIn(TOKEN)).toBe(standIn(TOKEN))
    expect(standIn(`${TOKEN}x`).slice(0, -1)).not.toBe(standIn(TOKEN))
    expect(makeStandIns()(TOKEN)).not.toBe(standIn(TOKEN))
  })
})

describe('recordTimeline', () => {
  test('no secret is in what is recorded', () => {
    const text = JSON.stringify(record(right))
    expect(text).not.toContain(TOKEN)
    expect(text).not.toContain(SECRET.slice(6))
    expect(text).not.toContain(right)
    expect(text).toContain('<secret 2>')
  })
  test('a signature that is right is right again, over the restored body', () => {
    expect(signed('client')(timelineOf(right)).verdict).toBe('pass')
    expect(signed('client')(again(right)).verdict).toBe('pass')
    expect(signed('client')(again(`v1,other ${right}`)).verdict).toBe('pass')
  })
  test('a signature that is wrong stays wrong', () => {
    expect(signed('client')(again('v1,AAAA')).verdict).toBe('fail')
  })
  test('a body that was edited afterwards is not signed', () => {
    const { timeline, standIns } = record(right)
    const edited = JSON.parse(JSON.stringify(timeline).replace('from=ada', 'from=eve')) as Timeline
    expect(signed('client')(restore(edited, standIns)).verdict).toBe('fail')
  })
})

describe('restore', () => {
  test('a number without a stand-in stays as it is', () => {
    expect(restore({ a: '<secret 1> <secret 2>' }, ['x"y'])).toEqual({ a: 'x"y <secret 2>' })
  })
})
