/** What checks of minting ask with, be it for a token or for the URL of a socket. */

import type { Headers } from '../timeline/event.ts'

/** Values of `ttl_seconds` that are refused. */
export const WRONG_LIVES: Readonly<Record<string, unknown>> = {
  zero: 0,
  negative: -60,
  'below one': 0.5,
  'above the most': 86_401,
  'as text': '60',
  null: null,
  boolean: true,
  list: [60],
}

/** Headers that name, each in its way, another host than the service has. */
export const FOREIGN_HOSTS: Readonly<Record<string, Headers>> = {
  host: { host: 'elsewhere.example:4443' },
  forwarded: {
    forwarded: 'for=192.0.2.1;host="elsewhere.example:4443";proto=https',
    'x-forwarded-host': 'elsewhere.example:4443',
    'x-forwarded-proto': 'https',
    'x-forwarded-prefix': '/elsewhere',
  },
}
