import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { readSecret, signWebhook } from '../../src/outbound/webhook-signature.ts'

interface Vector {
  name: string
  secrets: string[]
  id: string
  timestamp: number
  /** Absent where the body is not text; this sender's forms always are. */
  body_text?: string
  signature: string
}

function secretOf(bytes: Uint8Array): string {
  return `whsec_${Buffer.from(bytes).toString('base64')}`
}

describe('signWebhook', () => {
  const vectors = new URL('../../../schemas/vectors/webhook-signatures.json', import.meta.url)
  const rows: Vector[] = JSON.parse(readFileSync(vectors, 'utf8')).sign

  test.each(rows.filter(({ body_text }) => body_text !== undefined))(
    'the vector holds: $name',
    ({ secrets, id, timestamp, body_text = '', signature }) => {
      expect(signWebhook(secrets, { id, timestamp, body: body_text })).toBe(signature)
    },
  )

  const keys = [Buffer.alloc(24, 1), Buffer.alloc(64, 255)]
  const body = 'event=connected&from=%F0%9F%90%BB+%26'
  const signable = { id: 'msg_1', timestamp: 1_800_000_000, body }

  test('every live secret signs id, timestamp and raw body with HMAC-SHA256, in order', () => {
    const expected = keys.map((key) => {
      const mac = createHmac('sha256', key).update(`msg_1.1800000000.${body}`)
      return `v1,${mac.digest('base64')}`
    })
    expect(signWebhook(keys.map(secretOf), signable)).toBe(expected.join(' '))
  })

  test('a Standard Webhooks receiver verifies it with any of the secrets', () => {
    const timestamp = Math.floor(Date.now() / 1000)
    const signature = signWebhook(keys.map(secretOf), { ...signable, timestamp })
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    }
    for (const key of keys) {
      const receiver = new Webhook(secretOf(key))
      expect(() => receiver.verify(body, headers, { jsonParse: false })).not.toThrow()
    }
  })
})

describe('readSecret', () => {
  test('secrets of 24 to 64 bytes are taken', () => {
    const secrets = [secretOf(Buffer.alloc(24)), secretOf(Buffer.alloc(64))]
    expect(secrets.map(readSecret)).toEqual(secrets)
    expect(DEVELOPMENT.webhook_secrets.map(readSecret)).toEqual(DEVELOPMENT.webhook_secrets)
  })

  test.each([
    ['without the prefix', Buffer.alloc(24).toString('base64'), /does not begin with whsec_/],
    ['of something else than base64', 'whsec_not base64!', /is not base64/],
    ['of 23 bytes', secretOf(Buffer.alloc(23)), /has 23 bytes/],
    ['of 65 bytes', secretOf(Buffer.alloc(65)), /has 65 bytes/],
  ])('a secret %s is refused in one line that does not show it', (_what, secret, reason) => {
    expect(() => readSecret(secret)).toThrow(reason)
    expect(() => readSecret(secret)).not.toThrow(secret)
    expect(() => readSecret(secret)).not.toThrow('\n')
  })
})
