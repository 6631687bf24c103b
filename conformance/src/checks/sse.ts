/** Checks of the chapter on event streams about opening: who gets a stream, who is refused how, and what pages may read. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { StreamOptions } from '../drive/streams.ts'
import { welcomed } from '../judges/connection.ts'
import { all, each } from '../judges/finding.ts'
import { answered, refused } from '../judges/problem.ts'
import {
  allowedBefore,
  isStreamed,
  keptFromCaches,
  readable,
  refusedByEvent,
  streamedWelcome,
} from '../judges/sse.ts'

/** Values of `Accept` that ask for a stream. */
const ASKING: Readonly<Record<string, string>> = {
  plain: 'text/event-stream',
  'with a weight': 'text/event-stream;q=0.5',
  'with a parameter': 'text/event-stream; charset=utf-8',
  'first of several': 'text/event-stream, application/json;q=0.5',
  'last of several': 'text/html,application/xml;q=0.9 , text/event-stream',
  'in other case': 'Text/EVENT-Stream',
}

/** Values of `Accept` that ask for none; null is none at all. */
const UNASKING: Readonly<Record<string, string | null>> = {
  'no Accept': null,
  'an empty Accept': '',
  'an Accept of anything': '*/*',
  'an Accept of any text': 'text/*',
  'an Accept of HTML': 'text/html, application/xhtml+xml, */*;q=0.8',
  'a longer type': 'text/event-streams',
  'a type in a parameter': 'application/json; profile=text/event-stream',
}

const SHORT = 1
/** Seconds after `expires_at` at which a token has expired for every clock that runs at the right speed. */
const AFTER = 0.1

/** Origins that nobody listed, from one that somebody did. */
const FOREIGN_ORIGINS: Readonly<Record<string, (listed: string) => string>> = {
  'another site': () => 'https://elsewhere.example',
  null: () => 'null',
  'longer host': (listed) => `${listed}.elsewhere.example`,
}

const PREFLIGHT = {
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'authorization,last-event-id',
}

/** Asks for a stream with a token of its own, in a way that is to be refused or answered with a short stream. */
async function ask(
  drive: Drive,
  as: string,
  how: Partial<StreamOptions> | ((token: string) => Partial<StreamOptions>) = {},
): Promise<void> {
  const { connectUrl: url, token } = await drive.mint(`token ${as}`, drive.clientId())
  const options = typeof how === 'function' ? how(token) : how
  const stream = await drive.streams.open(as, { url, token, ...options })
  await Promise.race([stream.welcome(), stream.ended()])
  stream.drop()
}

/** Requests whose token is absent, given twice or cannot be verified, and what may be said of each. */
const UNVERIFIED = {
  'no token': [() => ({ authorizations: [] }), 'bad-request'],
  'in the query': [
    (token: string) => ({ authorizations: [], query: { token, access_token: token } }),
    'bad-request',
  ],
  'another scheme': [(token: string) => ({ authorizations: [`Basic ${token}`] }), 'bad-request'],
  'nothing behind Bearer': [
    () => ({ authorizations: ['Bearer '] }),
    'bad-request',
    'token-invalid',
  ],
  'the same twice': [
    (token: string) => ({ authorizations: [`Bearer ${token}`, `Bearer ${token}`] }),
    'bad-request',
  ],
  'two, one forged': [
    (token: string) => ({ authorizations: [`Bearer ${token}`, 'Bearer forged'] }),
    'bad-request',
    'token-invalid',
  ],
  forged: [
    () => ({ authorizations: ['Bearer bm9ib2R5IGhhcyBtaW50ZWQgdGhpcw.MTc5MA.vI1pUwm3Zc0'] }),
    'token-invalid',
  ],
  altered: [
    (token: string) => ({ authorizations: [`Bearer ${token.slice(0, -6)}`] }),
    'token-invalid',
  ],
} as const

/** Asks with every defect of {@link UNVERIFIED}, and without one. */
async function askUnverified(drive: Drive): Promise<void> {
  await drive.streams.connect('control', drive.clientId())
  for (const [as, [how]] of Object.entries(UNVERIFIED)) {
    await ask(drive, as, (token) => {
      const options = how(token)
      for (const value of options.authorizations) drive.conceal(value)
      return options
    })
  }
}

/** In the order of the chapter. */
export const SSE_CHECKS: readonly Check[] = [
  {
    id: 'sse.request.streamed',
    proves: 'sse.open.stream',
    drive: async (drive) => {
      for (const [as, accept] of Object.entries(ASKING)) {
        const stream = await drive.streams.connect(as, drive.clientId(' Ünï @/&=+%'), { accept })
        stream.drop()
      }
    },
    judge: each(Object.keys(ASKING), streamedWelcome),
    killedBy: [
      'streams-for-plain-accept-alone',
      'streams-for-lower-case-accept-alone',
      'calls-streams-plain-text',
      'welcomes-streams-second',
      'keeps-small-events-back',
      'leaves-out-blank-lines',
      'welcomes-second',
    ],
  },
  {
    id: 'sse.allowed-origin.streamed',
    proves: 'sse.open.stream',
    needs: ['origin'],
    drive: async (drive) => {
      await ask(drive, 'control')
      const { origin } = new URL(drive.baseUrl)
      await drive.streams.connect('own', drive.clientId(), { origin })
      await drive.streams.connect('listed', drive.clientId(), { origin: drive.listedOrigin })
    },
    control: welcomed('control'),
    judge: each(['own', 'listed'], streamedWelcome),
    killedBy: [
      'refuses-own-origin',
      'refuses-listed-origin',
      'welcomes-streams-second',
      'welcomes-second',
    ],
  },
  {
    id: 'sse.stream.uncached',
    proves: 'sse.open.uncached',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const first = await drive.streams.connect('live', clientId)
      const lastEventId = first.lastId() ?? ''
      first.drop()
      const back = await drive.streams.connect('back', clientId, { lastEventId })
      back.drop()
      await ask(drive, 'refused', { authorizations: [] })
    },
    control: each(['live', 'back', 'refused'], isStreamed),
    judge: each(['live', 'back', 'refused'], keptFromCaches),
    killedBy: [
      'lets-caches-keep-streams',
      'lets-proxies-change-streams',
      'lets-proxies-hold-streams',
    ],
  },
  {
    id: 'sse.unasked-stream.refused',
    proves: 'sse.open.unasked',
    drive: async (drive) => {
      await ask(drive, 'control')
      for (const [as, accept] of Object.entries(UNASKING)) await ask(drive, as, { accept })
    },
    control: welcomed('control'),
    judge: each(Object.keys(UNASKING), (as) =>
      refused(as, 'upgrade-required', 'malformed-request'),
    ),
    killedBy: [
      'streams-for-any-accept',
      'streams-for-any-text',
      'streams-without-accept',
      'looks-for-type-anywhere-in-accept',
    ],
  },
  {
    id: 'sse.unverified-token.closed',
    proves: 'sse.open.refused',
    drive: askUnverified,
    control: welcomed('control'),
    judge: all(
      ...Object.entries(UNVERIFIED).map(([as, [, ...slugs]]) => refusedByEvent(as, ...slugs)),
    ),
    killedBy: [
      'refuses-streams-with-401',
      'takes-first-of-several-authorizations',
      'takes-any-scheme-for-a-token',
      'takes-stream-tokens-from-the-query',
      'calls-absent-stream-token-invalid',
      'calls-absent-token-invalid',
      'takes-first-of-several-tokens',
      'counts-same-token-once',
      'refuses-streams-in-silence',
      'welcomes-before-it-refuses',
      'ignores-token-signature',
      'calls-invalid-token-expired',
    ],
  },
  {
    id: 'sse.expired-token.closed',
    proves: 'sse.open.refused',
    waitSeconds: waitFor(SHORT),
    drive: async (drive) => {
      const members = { ttl_seconds: SHORT }
      const { connectUrl: url, token } = await drive.mint('token', drive.clientId(), members)
      const early = await drive.streams.open('control', { url, token })
      await early.welcome()
      early.drop()
      await drive.pass(SHORT + AFTER)
      const late = await drive.streams.open('defect', { url, token })
      await Promise.race([late.welcome(), late.ended()])
    },
    control: welcomed('control'),
    judge: refusedByEvent('defect', 'token-expired'),
    killedBy: ['refuses-streams-with-401', 'accepts-expired-token', 'calls-expired-token-invalid'],
  },
  {
    id: 'sse.foreign-origin.closed',
    proves: 'sse.open.refused',
    needs: ['origin'],
    drive: async (drive) => {
      await ask(drive, 'control', { origin: drive.listedOrigin })
      for (const [as, spoil] of Object.entries(FOREIGN_ORIGINS))
        await ask(drive, as, { origin: spoil(drive.listedOrigin) })
    },
    control: welcomed('control'),
    judge: each(Object.keys(FOREIGN_ORIGINS), (as) => refusedByEvent(as, 'forbidden')),
    killedBy: [
      'streams-to-any-origin',
      'refuses-streams-with-401',
      'refuses-streams-in-silence',
      'welcomes-before-it-refuses',
      'accepts-null-origin',
      'compares-start-of-origin',
    ],
  },
  {
    id: 'sse.preflight.allowed',
    proves: 'sse.open.preflight',
    drive: async (drive) => {
      const { connectUrl } = await drive.mint('token', drive.clientId())
      const url = connectUrl.replace(/^ws/, 'http')
      for (const [as, headers] of Object.entries({
        'a page': { origin: 'https://page.example', ...PREFLIGHT },
        'a page of no origin': { origin: 'null', ...PREFLIGHT },
        'a listed page': { origin: drive.listedOrigin || 'https://page.example', ...PREFLIGHT },
      })) {
        await drive.streams.preflight(as, url, headers)
      }
    },
    judge: each(['a page', 'a page of no origin', 'a listed page'], allowedBefore),
    killedBy: [
      'refuses-preflights',
      'lets-one-origin-ask',
      'forgets-authorization-in-preflights',
      'forgets-last-event-id-in-preflights',
      'forgets-get-in-preflights',
    ],
  },
  {
    id: 'sse.answer.readable',
    proves: 'sse.open.readable',
    drive: async (drive) => {
      const origin = 'https://page.example'
      await ask(drive, 'live')
      await ask(drive, 'foreign', { origin })
      await ask(drive, 'refused', { authorizations: [], origin })
      await ask(drive, 'forged', { authorizations: ['Bearer forged'] })
      await ask(drive, 'stopped', { lastEventId: 'closed-4009', origin })
    },
    control: all(isStreamed('live'), answered('stopped', 204)),
    judge: each(['live', 'foreign', 'refused', 'forged', 'stopped'], readable),
    killedBy: [
      'hides-streams-from-pages',
      'hides-refusals-from-pages',
      'hides-stops-from-pages',
      'shows-streams-to-one-origin',
    ],
  },
]
