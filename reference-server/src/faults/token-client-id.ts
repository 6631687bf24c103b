/** Faults of client ids. */
import type { Fault } from '../parts.ts'

/** Characters, fewer than a client id may have. */
const LONG = 200

/** Each breaks what the chapter on tokens promises about client ids. */
export const clientIdFaults: readonly Fault[] = [
  {
    name: 'trims-client-ids',
    misdeed: 'Spaces at the ends of a client id are dropped.',
    breaks: ['token.client-id.accept'],
    apply: ({ rules }) => {
      const read = rules.readClientId
      rules.readClientId = (...facts) => read(...facts).trim()
    },
  },
  {
    name: 'mints-for-the-start-of-long-ids',
    misdeed: 'A token of a client id with more than 200 characters is one of their first 200.',
    breaks: ['token.client-id.accept'],
    apply: ({ rules }) => {
      const mint = rules.mintToken
      rules.mintToken = (claims, ...facts) =>
        mint({ ...claims, clientId: claims.clientId.slice(0, LONG) }, ...facts)
    },
  },
  {
    name: 'strips-mark-of-client-ids',
    misdeed: 'U+FEFF in front of a client id is dropped.',
    breaks: ['token.client-id.accept'],
    apply: ({ rules }) => {
      const read = rules.readClientId
      rules.readClientId = (...facts) => read(...facts).replace(/^\ufeff/, '')
    },
  },
  {
    name: 'composes-client-ids',
    misdeed: 'The answer with a token has the client id in composed form.',
    breaks: ['token.client-id.accept'],
    apply: ({ rules }) => {
      const make = rules.makeTokenAnswer
      rules.makeTokenAnswer = (...facts) => {
        const answer = make(...facts)
        return { ...answer, client_id: answer.client_id.normalize('NFC') }
      }
    },
  },
  {
    name: 'refuses-client-id-above-64-bytes',
    misdeed: 'Client ids have the limit of old times, 64 bytes.',
    breaks: ['token.client-id.accept'],
    apply: ({ rules }) => {
      const read = rules.readClientId
      rules.readClientId = (value) => read(value, 64)
    },
  },
  {
    name: 'accepts-c1-controls-in-client-id',
    misdeed: 'U+007F to U+009F are legal in a client id.',
    breaks: ['token.client-id.refuse'],
    apply: ({ rules }) => {
      const read = rules.readClientId
      rules.readClientId = (value, maxBytes) => {
        if (typeof value !== 'string') return read(value, maxBytes)
        read(value.replace(/[\u007f-\u009f]/g, 'x'), maxBytes)
        return value
      }
    },
  },
  {
    name: 'counts-client-id-in-characters',
    misdeed: 'The limit of a client id counts characters instead of bytes.',
    breaks: ['token.client-id.refuse'],
    apply: ({ rules }) => {
      const read = rules.readClientId
      rules.readClientId = (value, maxBytes) =>
        read(value, [...String(value)].length <= maxBytes ? 4 * maxBytes : maxBytes)
    },
  },
  {
    name: 'accepts-empty-client-id',
    misdeed: 'The empty string names a client.',
    breaks: ['token.client-id.refuse'],
    apply: ({ rules }) => {
      const read = rules.readClientId
      rules.readClientId = (value, maxBytes) => (value === '' ? '' : read(value, maxBytes))
    },
  },
  {
    name: 'takes-number-for-client-id',
    misdeed: 'A number is taken for the client id of its digits.',
    breaks: ['token.client-id.refuse'],
    apply: ({ rules }) => {
      const read = rules.readClientId
      rules.readClientId = (value, maxBytes) =>
        read(typeof value === 'number' ? String(value) : value, maxBytes)
    },
  },
]
