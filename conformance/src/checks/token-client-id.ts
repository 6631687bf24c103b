/** Checks of the chapter token about client ids: which are taken, which are refused. */

import type { Check } from '../check.ts'
import { answeredAs } from '../judges/call.ts'
import { all, each } from '../judges/finding.ts'
import { accepted, delivered } from '../judges/message.ts'
import { refused } from '../judges/problem.ts'
import { keptClientId, minted, welcomedByItsId } from '../judges/token.ts'
import { ODD_NUMBERS } from './message-data.ts'

/** What follows an unguessable beginning of 19 bytes. */
const LEGAL_TAILS: Readonly<Record<string, string>> = {
  dashes: '-_-.~',
  spaces: '  in and behind ',
  'mail address': '@example.org',
  'URL characters': '/../a?b=c&d=%2F%20#e;f+g:h',
  quotes: '"\'`\\',
  'markup and braces': '<b>&amp;{}[]|^$',
  letters: ' Ünïcødé Ελληνικά עברית العربية 日本語',
  decomposed: ' A\u030a o\u0308',
  emoji: ' 👩‍👩‍👧‍👦 🏳️‍🌈',
  'edges of the grammar': ' ~\u00a0\ud7ff\ue000\ufdd0\ufeff\ufffd\uffff\u{10000}\u{10ffff}',
  'line separators': '\u2028\u2029',
  '65 bytes': 'x'.repeat(65 - 19),
  '256 bytes': 'x'.repeat(256 - 19),
  '256 bytes, fewer characters': `x${'😀'.repeat(59)}`,
}

const ILLEGAL_IDS: Readonly<Record<string, (legal: string) => unknown>> = {
  absent: () => undefined,
  empty: () => '',
  '257 bytes': (legal) => legal.padEnd(257, 'x'),
  '257 bytes, fewer characters': (legal) => `${legal}xx${'😀'.repeat(59)}`,
  'U+0000': (legal) => `${legal}\u0000`,
  'line feed': (legal) => `${legal}\n`,
  'U+001F': (legal) => `${legal}\u001f`,
  'U+007F': (legal) => `${legal}\u007f`,
  'U+0080': (legal) => `${legal}\u0080`,
  'U+009F': (legal) => `${legal}\u009f`,
  number: () => 7,
  null: () => null,
  boolean: () => true,
  list: (legal) => [legal],
  object: (legal) => ({ id: legal }),
}

const ILLEGAL_IN_QUERY = ['257 bytes', 'line feed', 'U+007F', 'U+0080'] as const

const FAULTS_OF_READING = [
  'accepts-c1-controls-in-client-id',
  'counts-client-id-in-characters',
  'accepts-empty-client-id',
  'takes-number-for-client-id',
] as const

/** In the order of the chapter. */
export const TOKEN_CLIENT_ID_CHECKS: readonly Check[] = [
  {
    id: 'token.client-id-legal.minted',
    proves: 'token.client-id.accept',
    drive: async (drive) => {
      for (const [as, tail] of Object.entries(LEGAL_TAILS)) {
        await drive.call(as, 'POST', '/v1/tokens', { json: { client_id: drive.clientId(tail) } })
      }
      await drive.call('one byte', 'POST', '/v1/tokens', { json: { client_id: '7' } })
      const marked = `\ufeff${drive.clientId()}`
      await drive.call('U+FEFF in front', 'POST', '/v1/tokens', { json: { client_id: marked } })
    },
    judge: each([...Object.keys(LEGAL_TAILS), 'one byte', 'U+FEFF in front'], keptClientId),
    killedBy: [
      'trims-client-ids',
      'strips-mark-of-client-ids',
      'composes-client-ids',
      'refuses-client-id-above-64-bytes',
    ],
  },
  {
    id: 'token.client-id-legal.posted',
    proves: 'token.client-id.accept',
    drive: async (drive) => {
      for (const [as, tail] of Object.entries(LEGAL_TAILS)) {
        await drive.post(as, drive.clientId(tail), drive.text())
      }
    },
    judge: each(Object.keys(LEGAL_TAILS), accepted),
    killedBy: ['refuses-client-id-above-64-bytes'],
  },
  {
    id: 'token.client-id-legal.welcomed',
    proves: 'token.client-id.accept',
    drive: async (drive) => {
      for (const [as, tail] of Object.entries(LEGAL_TAILS)) {
        const [clientId, text] = [drive.clientId(tail), drive.text()]
        const client = await drive.connect(as, clientId)
        await drive.post(`post ${as}`, clientId, text)
        await client.message(text)
        client.close(1000)
      }
    },
    control: each(Object.keys(LEGAL_TAILS), (as) => accepted(`post ${as}`)),
    judge: each(Object.keys(LEGAL_TAILS), (as) =>
      all(welcomedByItsId(as), delivered(as, `post ${as}`)),
    ),
    killedBy: ['mints-for-the-start-of-long-ids', 'trims-client-ids'],
  },
  {
    id: 'token.client-id-illegal.refused',
    proves: 'token.client-id.refuse',
    drive: async (drive) => {
      const legal = drive.clientId()
      await drive.call('control', 'POST', '/v1/tokens', { json: { client_id: legal } })
      for (const [as, spoil] of Object.entries(ILLEGAL_IDS)) {
        await drive.call(as, 'POST', '/v1/tokens', { json: { client_id: spoil(legal) } })
      }
    },
    control: minted('control'),
    judge: each(Object.keys(ILLEGAL_IDS), (as) => refused(as, 'invalid-client-id')),
    killedBy: [...FAULTS_OF_READING],
  },
  {
    id: 'token.client-id-odd-number.refused',
    proves: 'token.client-id.refuse',
    drive: async (drive) => {
      await drive.mint('control', drive.clientId())
      for (const number of ODD_NUMBERS)
        await drive.call(number, 'POST', '/v1/tokens', { body: `{"client_id":${number}}` })
    },
    control: minted('control'),
    judge: each(ODD_NUMBERS, (as) => refused(as, 'invalid-client-id')),
    killedBy: ['takes-large-numbers-for-text', 'takes-number-for-client-id'],
  },
  {
    id: 'token.client-id-illegal.unposted',
    proves: 'token.client-id.refuse',
    drive: async (drive) => {
      const legal = drive.clientId()
      await drive.post('control', legal, drive.text())
      for (const [as, spoil] of Object.entries(ILLEGAL_IDS)) {
        const json = { client_id: spoil(legal), data: drive.text() }
        await drive.call(as, 'POST', '/v1/messages', { json })
      }
    },
    control: accepted('control'),
    judge: each(Object.keys(ILLEGAL_IDS), (as) => refused(as, 'invalid-client-id')),
    killedBy: [...FAULTS_OF_READING],
  },
  {
    id: 'token.client-id-illegal.unread',
    proves: 'token.client-id.refuse',
    profiles: ['presence-sync'],
    drive: async (drive) => {
      const legal = drive.clientId()
      await drive.call('control', 'GET', '/v1/presence', { query: { client_id: legal } })
      for (const as of ILLEGAL_IN_QUERY) {
        const query = { client_id: String(ILLEGAL_IDS[as]?.(legal)) }
        await drive.call(as, 'GET', '/v1/presence', { query })
      }
    },
    control: answeredAs('control', 200, 'PresenceAnswer'),
    judge: each(ILLEGAL_IN_QUERY, (as) => refused(as, 'invalid-client-id')),
    killedBy: ['accepts-c1-controls-in-client-id'],
  },
]
