import { validate } from '@channel-protocol/schemas/validate'
import { describe, expect, test } from 'vitest'
import type { PresenceState } from '../../src/broker-port.ts'
import { makeWebhookRequest, makeWebhookRequestRules } from '../../src/outbound/webhook-request.ts'
import { signWebhook } from '../../src/outbound/webhook-signature.ts'
import type { Delivery } from '../../src/webhook-port.ts'

const rules = makeWebhookRequestRules()
const configured = {
  urls: {
    connected: 'http://127.0.0.1:1/in?a=1',
    disconnected: 'http://127.0.0.1:1/out',
    started: 'http://127.0.0.1:1/started',
  },
  secrets: [`whsec_${Buffer.alloc(24, 7).toString('base64')}`],
  userAgent: 'product/1',
}
const nowMs = 1_800_000_000_999
const state: PresenceState = {
  clientId: 'ann & bob=é+🐻',
  epoch: 5,
  version: 2,
  online: false,
  connectionId: 'c1',
  reason: 'lost',
  atMs: 1_800_000_000_123,
}
const gone: Delivery = { event: 'disconnected', state }
const started: Delivery = { event: 'started', epoch: 77, atMs: 1_800_000_000_000 }

function request(delivery: Delivery) {
  return makeWebhookRequest(rules, delivery, configured, nowMs)
}

describe('the form', () => {
  test('disconnected carries its fields in order, encoded', () => {
    expect(request(gone).body).toBe(
      'event=disconnected&from=ann+%26+bob%3D%C3%A9%2B%F0%9F%90%BB&connection_id=c1&epoch=5' +
        '&version=2&time=2027-01-15T08%3A00%3A00.123Z&reason=lost',
    )
  })

  test('connected carries no reason', () => {
    const { reason: _, ...came } = { ...state, version: 3, online: true }
    const fields = new URLSearchParams(request({ event: 'connected', state: came }).body)
    expect(fields.has('reason')).toBe(false)
    expect(validate('PresenceEvent', Object.fromEntries(fields)).valid).toBe(true)
  })

  test('each form is what the schema describes', () => {
    const fields = (delivery: Delivery) =>
      Object.fromEntries(new URLSearchParams(request(delivery).body))
    expect(validate('PresenceEvent', fields(gone)).valid).toBe(true)
    expect(validate('StartedEvent', fields(started)).valid).toBe(true)
  })
})

describe('the request', () => {
  test('it goes to the URL configured for its event', () => {
    expect(request(gone).url.href).toBe(configured.urls.disconnected)
    expect(request(started).url.href).toBe(configured.urls.started)
  })

  test('it says its media type and its sender', () => {
    expect(request(gone).headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'product/1',
    })
  })

  test('it is signed over its id, the whole seconds of the attempt and its body', () => {
    const { headers, body } = request(gone)
    const id = headers['webhook-id'] ?? ''
    expect(headers['webhook-timestamp']).toBe('1800000000')
    const signable = { id, timestamp: 1_800_000_000, body }
    expect(headers['webhook-signature']).toBe(signWebhook(configured.secrets, signable))
  })
})

describe('the id', () => {
  test('it is the same for every attempt of one version', () => {
    const again = makeWebhookRequest(rules, gone, configured, nowMs + 5000)
    expect(again.headers['webhook-id']).toBe(request(gone).headers['webhook-id'])
  })

  test('it differs with client id, epoch, version and event', () => {
    const others = [
      { ...state, clientId: 'b' },
      { ...state, epoch: 6 },
      { ...state, version: 4 },
    ].map((other): Delivery => ({ event: 'disconnected', state: other }))
    const ids = [gone, started, ...others].map(rules.makeWebhookId)
    expect(new Set(ids).size).toBe(5)
  })

  test('it has at most 64 harmless characters and does not show the client id', () => {
    expect(rules.makeWebhookId(gone)).toMatch(/^[A-Za-z0-9_.-]{1,64}$/)
  })
})
