/** Proves the language-neutral vectors against Node's own cryptography and this package's rules. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { clientIdIsLegal, textIsLegal, utf8Bytes } from '../src/bytes.ts'
import { closeDutyOf } from '../src/close-duty.ts'
import { CLOSE_CODES, LIMITS, TIMINGS } from '../src/registry.ts'
import byteLimits from '../vectors/byte-limits.json' with { type: 'json' }
import closeDuties from '../vectors/close-duties.json' with { type: 'json' }
import signatures from '../vectors/webhook-signatures.json' with { type: 'json' }

function signatureOf(secret: string, id: string, timestamp: string, body: Buffer): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  return `v1,${mac}`
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

describe('webhook-signatures.json', () => {
  it.each(signatures.sign)('signs $name', (vector) => {
    const body = Buffer.from(vector.body_base64, 'base64')
    const expected = vector.secrets.map((secret) =>
      signatureOf(secret, vector.id, String(vector.timestamp), body),
    )
    expect(vector.signature).toBe(expected.join(' '))
  })

  it.each(signatures.verify)('judges $name', (vector) => {
    const body = Buffer.from(vector.body_base64, 'base64')
    const age = Math.abs(vector.now - Number(vector.timestamp))
    const authentic = vector.secrets.some((secret) => {
      const expected = signatureOf(secret, vector.id, vector.timestamp, body)
      return vector.signature.split(' ').some((signature) => same(signature, expected))
    })
    const accepted = authentic && age <= TIMINGS.webhook_tolerance_seconds.default
    expect(vector.accepted).toBe(accepted)
  })

  it('says a body as text only where that is the same body', () => {
    for (const vector of [...signatures.sign, ...signatures.verify]) {
      const { body_text: text } = vector as { body_text?: string }
      if (text !== undefined) {
        expect(Buffer.from(text).toString('base64'), vector.name).toBe(vector.body_base64)
      }
    }
  })

  it('uses secrets of 24 to 64 bytes', () => {
    for (const secret of signatures.sign.flatMap(({ secrets }) => secrets)) {
      const { length } = Buffer.from(secret.slice('whsec_'.length), 'base64')
      expect(length).toBeGreaterThanOrEqual(24)
      expect(length).toBeLessThanOrEqual(64)
    }
  })
})

type Part = {
  readonly repeat?: string
  readonly utf16?: readonly string[]
  readonly times: number
}

type ByteVector = {
  readonly name: string
  readonly parts: readonly Part[]
  readonly bytes: number | null
  readonly accepted: boolean
}

function stringOf({ parts }: ByteVector): string {
  return parts
    .map(({ repeat, utf16 = [], times }) => {
      const units = utf16.map((unit) => Number.parseInt(unit, 16))
      return (repeat ?? String.fromCharCode(...units)).repeat(times)
    })
    .join('')
}

describe('byte-limits.json', () => {
  const clientIds: readonly ByteVector[] = byteLimits.client_ids.cases
  const data: readonly ByteVector[] = byteLimits.data.cases

  it.each(clientIds)('judges as a client id: $name', (vector) => {
    expect(utf8Bytes(stringOf(vector)) ?? null).toBe(vector.bytes)
    expect(clientIdIsLegal(stringOf(vector))).toBe(vector.accepted)
  })

  it.each(data)('judges as data: $name', (vector) => {
    expect(utf8Bytes(stringOf(vector)) ?? null).toBe(vector.bytes)
    expect(textIsLegal(stringOf(vector), byteLimits.data.longest_bytes)).toBe(vector.accepted)
  })

  it('has the limits of the registry', () => {
    expect(byteLimits.client_ids.longest_bytes).toBe(LIMITS.client_id_bytes.max)
    expect(byteLimits.data.longest_bytes).toBe(LIMITS.data_bytes.floor)
  })
})

describe('close-duties.json', () => {
  it.each(closeDuties.cases)('knows the duty of $code', ({ code, duty }) => {
    expect(closeDutyOf(code)).toBe(duty)
  })

  it('has every row of the registry under its slug', () => {
    const named = closeDuties.cases.flatMap(({ code, slug }) =>
      slug === undefined ? [] : [{ code, slug }],
    )
    expect(named).toEqual(Object.values(CLOSE_CODES).map(({ code, slug }) => ({ code, slug })))
  })
})
