import { describe, expect, test } from 'vitest'
import { lookAtRates } from '../src/doctor-rates.ts'
import type { Site } from '../src/drive/site.ts'
import { timelineOf } from './timeline-builder.ts'

const ROBUST = ['core', 'robust']

function siteWith(limits: Readonly<Record<string, number>>, profiles = ROBUST): Site {
  const { advertised } = timelineOf([])
  return {
    baseUrl: advertised.baseUrl,
    advertised: { ...advertised, profiles, limits: { ...advertised.limits, ...limits } },
    applicationKeys: [],
    webhookPrefix: '',
  }
}

describe('lookAtRates', () => {
  test('the defaults of the registry are enough', () => {
    expect(lookAtRates(siteWith({})).state).toBe('ok')
  })
  test('a limit at its floor is named, and what to do about it', () => {
    const look = lookAtRates(siteWith({ calls_per_second: 100, address_handshakes_per_second: 20 }))
    expect(look.state).toBe('note')
    expect(look.what).toContain('calls_per_second 100, address_handshakes_per_second 20')
    expect(look.what).not.toContain('messages_per_second')
    expect(look.details?.join(' ')).toContain('--concurrency')
  })
  test('a service without robust has no rates', () => {
    expect(lookAtRates(siteWith({ calls_per_second: 1 }, ['core'])).state).toBe('ok')
  })
})
