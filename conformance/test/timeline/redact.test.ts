import { describe, expect, test } from 'vitest'
import { cut } from '../../src/timeline/cut.ts'
import { redact } from '../../src/timeline/redact.ts'

const secret = 'k3y+Of/an~app=lication"9'
const escapedForJson = (text: string): string =>
  [...text]
    .map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
const entities = (text: string): string =>
  [...text].map((character) => `&#${character.charCodeAt(0)};`).join('')

const spellings = {
  'as it is': secret,
  'in JSON': JSON.stringify(secret).slice(1, -1),
  'in JSON within JSON': JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  'in JSON with every character escaped': escapedForJson(secret),
  'in JSON with every character escaped, within JSON': JSON.stringify(escapedForJson(secret)).slice(
    1,
    -1,
  ),
  'in JSON with escaped slashes': secret.replaceAll('/', '\\/').replaceAll('"', '\\"'),
  'in a URL': encodeURIComponent(secret),
  'in a URL with every byte in lower case': percent(secret),
  'in a URL within a URL': encodeURIComponent(encodeURIComponent(secret)),
  'in a form': new URLSearchParams({ a: secret }).toString().slice(2),
  'in markup': entities(secret),
  'in markup by name': secret.replaceAll('"', '&quot;'),
  'in Base64': Buffer.from(`user:${secret}:`).toString('base64'),
  'in Base64 for URLs, one byte on': Buffer.from(`:${secret}`).toString('base64url'),
  'in hexadecimal': Buffer.from(secret).toString('hex'),
}

describe('redact', () => {
  test.for(Object.entries(spellings))('finds a secret %s', ([, spelled]) => {
    const said = redact({ body: `before ${spelled} behind` }, ['other', secret]).body
    expect(said).toMatch(/^before \S*<secret 2>\S* behind$/)
    expect(said.length).toBeLessThan('before <secret 2> behind'.length + 12)
  })

  test('finds it behind a backslash, at the end of a line, and in the name of a member', () => {
    expect(redact(['\\token-1', 'a\\ntoken-1', { 'token-1': 1 }], ['token-1'])).toEqual([
      '\\<secret 1>',
      'a\\n<secret 1>',
      { '<secret 1>': 1 },
    ])
  })

  test('leaves everything else as it was', () => {
    const data = { a: ['100%', 'a\\b', '&amp; %2', 1, null, true], b: { c: 'token' } }
    expect(redact(data, [secret])).toEqual(data)
    expect(redact(data, [])).toEqual(data)
  })

  test('takes a secret for itself that holds what an escape looks like', () => {
    const odd = 'a%41b\\u0041c'
    expect(redact([odd, encodeURIComponent(odd), JSON.stringify(odd)], [odd])).toEqual([
      '<secret 1>',
      '<secret 1>',
      '"<secret 1>"',
    ])
  })
})

describe('a text that was cut before', () => {
  const shown = (text: string, most: number): string => redact(cut(text, most), [secret])

  test('has three dots for its end, and a short one is whole', () => {
    expect(shown('abcdef', 3)).toBe('abc...')
    expect(shown('abcdef', 6)).toBe('abcdef')
  })

  test.for(Object.entries(spellings))(
    'keeps nothing of a secret %s, wherever the cut is',
    ([, spelled]) => {
      const text = `say: ${spelled}`
      for (let most = 6; most < text.length; most += 1) {
        const said = shown(text, most).replace(/^say: /, '')
        // Of bytes in Base64, what stands before the secret stays.
        const rest = said.replace(/^(?:dXNlcjp?|O)?/, '')
        expect(rest.length, `${most}: ${said}`).toBeLessThan('<secret 1>...'.length + 3)
      }
    },
  )

  test('is cut within a sentence too, and several times in one', () => {
    const long = `"${secret}${'x'.repeat(50)}"`
    const sentence = `expected ${cut(long, 9)}, got ${cut(long, 15)}, or ${cut(long, 40)}`
    expect(redact(sentence, [secret])).toBe(
      'expected "..., got "..., or "<secret 1>xxxxxxxxxxxxxxx...',
    )
  })

  test('is marked by no text of a target', () => {
    expect(redact(cut('a\ufdd0b', 10), [])).toBe('a\ufffdb')
  })
})
