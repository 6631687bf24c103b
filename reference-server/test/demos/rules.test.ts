import { validate } from '@channel-protocol/schemas/validate'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../../demos/push-chat/refusal.ts'
import { makeChatRules } from '../../demos/push-chat/rules/rule-book.ts'
import type { User } from '../../demos/push-chat/rules/users.ts'

const rules = makeChatRules()
const FORM = 'application/x-www-form-urlencoded'
const OWN = 'https://chat.example'

function makeUser(session: string, token: string): User {
  const digests = {
    sessionDigest: rules.digestSecret(session),
    tokenDigest: rules.digestSecret(token),
  }
  return rules.makeUser({ clientId: 'ann', ...digests }, 0)
}

describe('the proof of a poster', () => {
  const user = makeUser('session', 'token')

  test.each([
    ['the token, from anywhere', { token: 'token' }, false, true],
    ['the session, on an own page', { session: 'session' }, true, true],
    ['the session, on another page', { session: 'session' }, false, false],
    ['another token', { token: 'tokem' }, true, false],
    ['an empty token', { token: '', session: 'session' }, true, false],
    ['another token beside the session', { token: 'x', session: 'session' }, true, false],
    ['another session', { session: 'sessiom' }, true, false],
    ['nothing', {}, true, false],
  ])('%s', (_what, { token, session }: { token?: string; session?: string }, isOwn, expected) => {
    expect(rules.isProven(user, { token, session }, isOwn)).toBe(expected)
    expect(rules.isProven(undefined, { token, session }, isOwn)).toBe(false)
  })

  test('an own page is one without Origin or with the configured one', () => {
    expect(rules.isOwnOrigin(undefined, OWN, 'x')).toBe(true)
    expect(rules.isOwnOrigin(OWN, OWN, 'x')).toBe(true)
    for (const origin of ['null', `${OWN}:8443`, `${OWN}.evil.example`, 'http://chat.example'])
      expect(rules.isOwnOrigin(origin, OWN, new URL(OWN).host)).toBe(false)
  })
})

describe('sessions', () => {
  test('a session is kept while it has users, and otherwise begun', () => {
    const users = [makeUser('known', 'a')]
    const known = rules.selectOfSession('known', users)
    expect(rules.chooseSession('known', known, 'fresh')).toBe('known')
    const invented = rules.selectOfSession('invented', users)
    expect(rules.chooseSession('invented', invented, 'fresh')).toBe('fresh')
    expect(rules.chooseSession(undefined, rules.selectOfSession(undefined, users), 'fresh')).toBe(
      'fresh',
    )
  })

  test('a session is found among other cookies', () => {
    const cookie = rules.writeSessionCookie('abc', true)
    expect(cookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/)
    expect(rules.writeSessionCookie('abc', false)).not.toContain('Secure')
    const pair = cookie.split(';')[0]
    for (const header of [pair, `a=b; ${pair}`, `${pair};c=d`])
      expect(rules.readSession(header)).toBe('abc')
    for (const header of [undefined, '', 'a=b', 'push_chat_session=', 'push_chat_session'])
      expect(rules.readSession(header)).toBeUndefined()
  })
})

describe('posts', () => {
  const read = (body: string, type: string | undefined = FORM) =>
    rules.readPost(type, Buffer.from(body), 'value=query')

  test('a form is read whatever the parameters of its media type', () => {
    const post = { clientId: 'a b', value: 'grüß 日本 & +', token: 'x' }
    const form = 'token=x&value=gr%C3%BC%C3%9F+%E6%97%A5%E6%9C%AC+%26+%2B&more=1&client_id=a%20b'
    for (const type of [FORM, `${FORM};charset=UTF-8`, `  ${FORM.toUpperCase()} ; a="b;c"`])
      expect(read(form, type)).toEqual(post)
  })

  test.each([
    ['client_id=a', 'malformed-request'],
    ['value=a', 'malformed-request'],
    ['client_id=a&value=', 'malformed-request'],
    ['client_id=&value=a', 'malformed-request'],
  ])('%s is incomplete', (form, code) => {
    expect(() => read(form)).toThrow(expect.objectContaining({ code }))
  })

  test('what is no form, or not UTF-8, is refused', () => {
    for (const type of ['text/plain', `${FORM}-not`, ''])
      expect(() => read('client_id=a&value=b', type)).toThrow(
        expect.objectContaining({ code: 'unsupported-media-type' }),
      )
    expect(() => rules.readPost(FORM, Uint8Array.of(0x76, 0xff), '')).toThrow(Refusal)
  })

  test('a message has the value unchanged, and at most 32,767 bytes', () => {
    const value = '"<b>\\ \u2028 👩‍👩‍👧 \u0001'
    const post = { clientId: 'a', value, token: undefined }
    const text = rules.writeMessage(post, rules.writeInstant(0, 'Asia/Tokyo'))
    expect(JSON.parse(text)).toEqual({
      message: { value, client_id: 'a', datetime: '1970-01-01T09:00:00.000+09:00' },
    })
    expect(() => rules.demandSize('é'.repeat(16_383))).not.toThrow()
    expect(() => rules.demandSize('é'.repeat(16_384))).toThrow(
      expect.objectContaining({ code: 'payload-too-large', extra: { maxBytes: 32_767 } }),
    )
    const longest = encodeURIComponent('語'.repeat(10_900)).length
    expect(rules.decideMaxBodyBytes()).toBeGreaterThan(longest + 4096)
  })
})

describe('answers', () => {
  test('a refusal is a problem document', () => {
    const refusal = new Refusal('payload-too-large', 'too long', { maxBytes: 5 })
    const { status, headers, text } = rules.makeRefusalAnswer(refusal)
    expect(status).toBe(413)
    expect(headers['content-type']).toBe('application/problem+json')
    expect(validate('Problem', JSON.parse(text ?? ''))).toMatchObject({
      valid: true,
      value: { code: 'payload-too-large', max_bytes: 5 },
    })
  })

  test('a preflight allows what it asks for, and nothing that could split the header', () => {
    const allowed = (asked: string | undefined) =>
      rules.makePreflightHeaders(['POST'], asked)['access-control-allow-headers']
    expect(allowed('content-type,x-requested-with')).toBe('content-type,x-requested-with')
    expect(allowed(undefined)).toBe('content-type')
    expect(allowed('a\r\nset-cookie: b')).toBe('content-type')
  })
})
