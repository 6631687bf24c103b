import { describe, expect, test } from 'vitest'
import {
  answersAreValid,
  envelopesAreValid,
  presenceFormsAreValid,
  refusalsAreValid,
  socketFormsAreValid,
} from '../../src/invariants/schemas.ts'
import { answer, envelope, request, webhook } from '../timeline-builder.ts'
import { BASE, connected, message, posted, shown } from './observing.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const PROBLEM_TYPE = { 'content-type': 'application/problem+json' }
const NOT_FOUND = {
  type: 'https://channel-protocol.org/problems/not-found',
  status: 404,
  code: 'not-found',
  title: 'There is nothing at this path',
}
const ROBUST = { profiles: ['core', 'robust'] }

describe('the invariants of schemas', () => {
  test('an envelope that its schema refuses breaks them', () => {
    const broken = shown(envelopesAreValid, [[...connected('a', 'ada')]]).broken
    expect(broken?.[0]).toBe('a WelcomeEnvelope that its schema accepts')
    expect(broken?.[1]).toContain('expires_at')
  })

  test('a text that is no object breaks them', () => {
    const [connect, open] = connected('a', 'ada')
    const frame = { kind: 'frame', as: 'a', type: 'text', text: 'hello' } as const
    if (!connect || !open) throw new Error('nothing was planned')
    expect(shown(envelopesAreValid, [[connect, open, frame]]).broken?.[1]).toBe('"hello"')
  })

  test('an envelope of an unknown type, and what a page receives on a socket, are not judged', () => {
    const [connect, open] = connected('a', 'ada')
    if (!connect || !open) throw new Error('nothing was planned')
    const news = [connect, open, envelope('a', { type: 'news' })]
    const socket = [connect, { ...open, subprotocol: '' }, envelope('a', { type: 'message' })]
    expect(shown(envelopesAreValid, [news, socket])).toEqual({ observed: 0 })
  })

  test('an answer without a member breaks them, and so does one of another media type', () => {
    const call = request('call', `${BASE}/v1/messages`, {})
    const receipt = { id: 'm', seq: 1, epoch: 7, connections: 0 }
    const judge = (body: object, headers: Readonly<Record<string, string>>) =>
      shown(answersAreValid, [[call, answer('call', 200, body, headers)]])
    expect(judge(receipt, JSON_TYPE)).toEqual({ observed: 1 })
    expect(judge(receipt, { 'content-type': 'text/plain' }).broken?.[1]).toBe('"text/plain"')
    expect(judge({ ...receipt, seq: 0 }, JSON_TYPE).broken?.[1]).toContain('/seq')
  })

  test('answers of which nobody can say to what are not judged', () => {
    const twice = [...posted('ada', 'one').slice(0, 1), ...posted('ada', 'two').slice(0, 1)]
    const answers = [answer('post', 200, {}), answer('post', 200, {}), answer('raw', 200, {})]
    expect(shown(answersAreValid, [[...twice, ...answers]])).toEqual({ observed: 0 })
  })

  test('a refusal that is not its row breaks them', () => {
    const call = request('call', `${BASE}/v1/x`, {})
    const judge = (status: number, body: object, headers = PROBLEM_TYPE) =>
      shown(refusalsAreValid, [[call, answer('call', status, body, headers)]], ROBUST)
    expect(judge(404, NOT_FOUND)).toEqual({ observed: 1 })
    expect(judge(405, NOT_FOUND).broken).toBeDefined()
    expect(judge(404, { ...NOT_FOUND, title: 'Gone' }).broken).toBeDefined()
    expect(judge(404, NOT_FOUND, JSON_TYPE).broken).toBeDefined()
  })

  test('what only a robust service must know is not judged of another', () => {
    const events = [request('call', `${BASE}/v1/tokens`, {}), answer('call', 415, '<html>')]
    expect(shown(refusalsAreValid, [events], { profiles: ['core'] })).toEqual({ observed: 0 })
    expect(shown(refusalsAreValid, [events], ROBUST).broken).toBeDefined()
  })

  test('each form is judged by the schema of its event, where that is known', () => {
    const started = webhook('w', { event: 'started', epoch: '0x7' })
    const closed = webhook('w', { event: 'closed', from: 'me' })
    const news = webhook('w', { event: 'news' })
    expect(shown(presenceFormsAreValid, [[started, closed, news]]).broken?.[1]).toContain('/epoch')
    expect(shown(socketFormsAreValid, [[closed]]).broken?.[0]).toContain('SocketClosed')
    expect(shown(socketFormsAreValid, [[started, news]])).toEqual({ observed: 0 })
  })

  test('messages that are as they should be are counted', () => {
    const events = [...connected('a', 'ada').slice(0, 2), message('a', 1), message('a', 2)]
    expect(shown(envelopesAreValid, [events])).toEqual({ observed: 2 })
  })
})
