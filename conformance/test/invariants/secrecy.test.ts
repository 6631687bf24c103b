import { describe, expect, test } from 'vitest'
import {
  messagesStayOnTheirChannel,
  presenceWebhooksAreSigned,
  socketWebhooksAreSigned,
  tokensStayOutOfUrls,
} from '../../src/invariants/secrecy.ts'
import { signatureOf } from '../../src/timeline/signature.ts'
import { answer, request, webhook } from '../timeline-builder.ts'
import { BASE, connected, message, posted, shown } from './observing.ts'

const TEXT = `text c${'0'.repeat(18)}`
const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

describe('the invariants of what stays where it belongs', () => {
  test('a message on the connection of another client id breaks them', () => {
    const ada = [...posted('ada', TEXT), ...connected('a', 'ada'), message('a', 1, TEXT)]
    expect(shown(messagesStayOnTheirChannel, [ada])).toEqual({ observed: 1 })
    const bob = [...posted('ada', TEXT), ...connected('b', 'bob'), message('b', 1, TEXT)]
    expect(shown(messagesStayOnTheirChannel, [bob]).broken).toEqual([
      'data for "ada" on its connections alone',
      'it for "bob"',
    ])
  })

  test('it breaks them too where the post is in another timeline, whichever ends first', () => {
    const post = posted('ada', TEXT)
    const foreign = [...connected('b', 'bob'), message('b', 1, TEXT)]
    expect(shown(messagesStayOnTheirChannel, [post, foreign]).broken).toBeDefined()
    expect(shown(messagesStayOnTheirChannel, [foreign, post]).broken).toBeDefined()
  })

  test('a text that two checks may have posted, or whose post nobody saw, says nothing', () => {
    const events = [...posted('ada', 'hello'), ...connected('b', 'bob'), message('b', 1, 'hello')]
    const unseen = [...connected('b', 'bob'), message('b', 1, TEXT)]
    expect(shown(messagesStayOnTheirChannel, [events, unseen])).toEqual({ observed: 0 })
  })

  test('a token in a URL breaks them, in an answer, a redirect and a webhook, spelt in either way', () => {
    const token = 'tok.en-1'
    const minted = (url: string) => [
      request('mint', `${BASE}/v1/tokens`, {}),
      answer('mint', 201, { token, connect_url: url }),
    ]
    const clean = minted('ws://127.0.0.1:1/v1/connect')
    expect(shown(tokensStayOutOfUrls, [clean])).toEqual({ observed: 1 })
    const call = request('call', `${BASE}/v1`)
    for (const leak of [
      minted(`ws://127.0.0.1:1/v1/connect?token=${token}`),
      minted(`ws://127.0.0.1:1/v1/connect#tok%2Een-1`),
      [...clean, call, answer('call', 302, '', { location: `/v1/${token}` })],
      [...clean, webhook('w', { event: 'connected' }, { path: `/w/?t=${token}` })],
    ])
      expect(shown(tokensStayOutOfUrls, [leak]).broken?.[0]).toBe('a URL without a token')
  })

  test('a token in the data of a message is the business of the application', () => {
    const events = [
      request('mint', `${BASE}/v1/tokens`, {}),
      answer('mint', 201, { token: 'tok.en-1' }),
      ...connected('a', 'ada'),
      message('a', 1, 'https://page.example/?tok.en-1'),
    ]
    expect(shown(tokensStayOutOfUrls, [events])).toEqual({ observed: 0 })
  })

  test('a webhook that is not signed with every secret breaks them; without a secret nothing is judged', () => {
    const body = 'event=connected&from=ada'
    const about = { id: 'w-1', timestamp: '1700000000', body }
    const headers = (signature: string) => ({
      'webhook-id': about.id,
      'webhook-timestamp': about.timestamp,
      'webhook-signature': signature,
    })
    const signed = webhook('w', {}, { body, headers: headers(signatureOf(SECRET, about)) })
    const forged = webhook('w', {}, { body, headers: headers('v1,AAAA') })
    const known = { webhookSecrets: [SECRET] }
    expect(shown(presenceWebhooksAreSigned, [[signed]], known)).toEqual({ observed: 1 })
    expect(shown(presenceWebhooksAreSigned, [[forged]], known).broken?.[1]).toBe('"v1,AAAA"')
    expect(shown(socketWebhooksAreSigned, [[forged]], known)).toEqual({ observed: 0 })
    expect(shown(presenceWebhooksAreSigned, [[forged]])).toEqual({ observed: 0 })
  })
})
