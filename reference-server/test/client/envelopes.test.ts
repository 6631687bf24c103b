import { describe, expect, it } from 'vitest'
import { readEnvelope } from '../../client/envelopes.ts'
import { welcome } from './fake-surroundings.ts'

describe('reading an envelope', () => {
  it.each([
    welcome,
    { type: 'message', id: 'm-1', seq: 1, data: '' },
    { type: 'broadcast', id: 'b-1', seq: 1, data: 'x', later: [1] },
    { type: 'reconnect', after_seconds: 0.5 },
    { type: 'close', code: 4201, reason: 'max-lifetime' },
  ])('takes $type with all its members', (envelope) => {
    expect(readEnvelope(JSON.stringify(envelope))).toEqual(envelope)
  })

  it.each([
    '',
    '{',
    'null',
    '1',
    '"message"',
    '[]',
    '{}',
    '{"type":null}',
    '{"type":"heartbeat"}',
    '{"type":"later","seq":1}',
    '{"type":"constructor"}',
    '{"type":["message"],"seq":1}',
    '{"type":"message","seq":1}',
    '{"type":"message","seq":"1","data":"x"}',
    '{"type":"welcome"}',
  ])('ignores %s', (text) => {
    expect(readEnvelope(text)).toBeUndefined()
  })
})
