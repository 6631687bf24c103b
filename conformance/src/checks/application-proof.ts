/** Checks of the chapter application, section posting: who may post, and which posts are refused. */

import type { Check } from '../check.ts'
import type { Page, Posting } from '../drive/application.ts'
import type { Drive } from '../drive/drive.ts'
import { answeredWith, welcomedAsSignedIn } from '../judges/application.ts'
import { explained, heard, keptBack, reached, turnedAway } from '../judges/application-post.ts'
import { all, type Judge } from '../judges/finding.ts'
import { fence } from './application-post.ts'

type Form = Readonly<Record<string, string>>

/** Somebody is online, posts as it should, then the post under test is made, then a fence. */
async function tryPost(
  drive: Drive,
  defect: (victim: Page) => Promise<readonly [form: Form, posting?: Posting]>,
): Promise<void> {
  const { application } = drive
  const victim = await application.enter('victim')
  await application.say('control', victim, drive.text())
  const { clientId, cookie } = victim
  await application.post('by session', { client_id: clientId, value: drive.text() }, { cookie })
  await application.post('defect', ...(await defect(victim)))
  await fence(drive, victim)
}

const POSTS_WORK: Judge = all(
  reached('victim', 'control'),
  answeredWith('control', 200),
  reached('victim', 'fence'),
)
const SESSION_WORKS: Judge = all(POSTS_WORK, reached('victim', 'by session'))
const UNPROVEN = keptBack('victim', 'defect', 403)

/** A check that the post under test, made by one who is not the user, is refused. */
function unproven(
  id: string,
  defect: (drive: Drive, victim: Page) => Promise<readonly [form: Form, posting?: Posting]>,
  ...killedBy: Check['killedBy']
): Check {
  return {
    id,
    proves: 'application.post.unproven',
    drive: (drive) => tryPost(drive, (victim) => defect(drive, victim)),
    control: POSTS_WORK,
    judge: UNPROVEN,
    killedBy,
  }
}

/** A check that a cookie does not prove a post that comes from this origin. */
function foreign(
  id: string,
  originOf: (own: URL) => string,
  ...killedBy: Check['killedBy']
): Check {
  return {
    id,
    proves: 'application.post.foreign',
    drive: (drive) =>
      tryPost(drive, async ({ clientId, cookie }) => {
        const origin = originOf(new URL(drive.application.origin))
        return [
          { client_id: clientId, value: drive.text() },
          { cookie, origin },
        ]
      }),
    control: SESSION_WORKS,
    judge: UNPROVEN,
    killedBy,
  }
}

/** In the order of the chapter. */
export const APPLICATION_PROOF_CHECKS: readonly Check[] = [
  {
    id: 'application.post.by-token',
    proves: 'application.post.token',
    drive: (drive) =>
      tryPost(drive, async ({ clientId, token }) => [
        { client_id: clientId, value: drive.text(), token },
        { origin: 'https://elsewhere.example' },
      ]),
    control: welcomedAsSignedIn('victim'),
    judge: all(answeredWith('defect', 200), heard('victim', 'defect')),
    killedBy: ['wants-own-origin-with-token', 'wants-cookie-with-token'],
  },
  {
    id: 'application.post.by-session',
    proves: 'application.post.session',
    drive: (drive) =>
      tryPost(drive, async ({ clientId, cookie }) => {
        const { origin } = drive.application
        return [
          { client_id: clientId, value: drive.text() },
          { cookie: `theme=dark; ${cookie}; lang=ja`, origin },
        ]
      }),
    control: POSTS_WORK,
    judge: all(
      answeredWith('by session', 200),
      heard('victim', 'by session'),
      answeredWith('defect', 200),
      heard('victim', 'defect'),
    ),
    killedBy: [
      'wants-origin-with-cookie',
      'wants-no-origin-with-cookie',
      'reads-last-cookie-alone',
    ],
  },
  unproven(
    'application.post.name-alone',
    async (drive, { clientId }) => [{ client_id: clientId, value: drive.text() }],
    'trusts-client-ids',
    'sends-before-refusing',
    'explains-refusals-with-401',
  ),
  unproven(
    'application.post.other-session',
    async (drive, { clientId }) => {
      const { cookie } = await drive.application.login('attacker')
      return [{ client_id: clientId, value: drive.text() }, { cookie }]
    },
    'takes-any-session',
    'trusts-client-ids',
  ),
  unproven(
    'application.post.other-token',
    async (drive, { clientId }) => {
      const { token, cookie } = await drive.application.login('attacker')
      return [{ client_id: clientId, value: drive.text(), token }, { cookie }]
    },
    'takes-any-token',
    'trusts-client-ids',
  ),
  unproven(
    'application.post.wrong-token-own-session',
    async (drive, { clientId, token, cookie }) => {
      const wrong = drive.conceal(`${token}x`)
      return [{ client_id: clientId, value: drive.text(), token: wrong }, { cookie }]
    },
    'lets-session-outweigh-token',
    'trusts-client-ids',
  ),
  unproven(
    'application.post.invented-name',
    async (drive, { token, cookie }) => [
      { client_id: drive.clientId(), value: drive.text(), token },
      { cookie },
    ],
    'takes-unknown-posters',
    'answers-404-to-unknown-posters',
  ),
  foreign('application.post.foreign-page', () => 'https://elsewhere.example', 'ignores-origins'),
  foreign('application.post.null-origin', () => 'null', 'takes-null-origin', 'ignores-origins'),
  foreign(
    'application.post.other-port',
    ({ protocol, hostname, port }) => `${protocol}//${hostname}:${Number(port || 80) + 1}`,
    'compares-hosts-of-origins',
    'ignores-origins',
  ),
  foreign(
    'application.post.longer-origin',
    ({ origin }) => `${origin}.elsewhere.example`,
    'compares-beginnings-of-origins',
    'ignores-origins',
  ),
  {
    id: 'application.post.host-as-asked',
    proves: 'application.post.foreign',
    drive: (drive) =>
      tryPost(drive, async ({ clientId, cookie }) => [
        { client_id: clientId, value: drive.text() },
        { cookie, origin: 'http://elsewhere.example', headers: { host: 'elsewhere.example' } },
      ]),
    control: SESSION_WORKS,
    judge: turnedAway('victim', 'defect'),
    killedBy: ['takes-own-origin-from-host', 'ignores-origins'],
  },
  {
    id: 'application.post.without-value',
    proves: 'application.post.incomplete',
    drive: (drive) =>
      tryPost(drive, async ({ clientId, token }) => {
        await drive.application.post('empty', { client_id: clientId, token, value: '' })
        return [{ client_id: clientId, token }]
      }),
    control: POSTS_WORK,
    judge: all(keptBack('victim', 'defect', 400), answeredWith('empty', 400)),
    killedBy: ['takes-empty-values', 'answers-422-to-incomplete'],
  },
  {
    id: 'application.post.without-client-id',
    proves: 'application.post.incomplete',
    drive: (drive) =>
      tryPost(drive, async ({ token, cookie }) => {
        await drive.application.post('empty', { client_id: '', value: drive.text(), token })
        return [{ value: drive.text(), token }, { cookie }]
      }),
    control: POSTS_WORK,
    judge: all(keptBack('victim', 'defect', 400), answeredWith('empty', 400)),
    killedBy: ['takes-missing-name-for-unknown', 'answers-422-to-incomplete'],
  },
  {
    id: 'application.post.other-types',
    proves: 'application.post.media-type',
    drive: (drive) =>
      tryPost(drive, async ({ clientId: client_id, token }) => {
        const form = (): Form => ({ client_id, value: drive.text(), token })
        await drive.application.post('plain', form(), { type: 'text/plain' })
        const json = { type: 'application/json', body: JSON.stringify(form()) }
        await drive.application.post('json', {}, json)
        return [form(), { type: 'application/x-www-form-urlencoded-not' }]
      }),
    control: POSTS_WORK,
    judge: all(
      keptBack('victim', 'plain', 415, 400),
      answeredWith('json', 415, 400),
      keptBack('victim', 'defect', 415, 400),
    ),
    killedBy: ['reads-any-type-as-form', 'reads-json-too', 'compares-beginnings-of-types'],
  },
  {
    id: 'application.post.too-long',
    proves: 'application.post.too-large',
    drive: (drive) =>
      tryPost(drive, async ({ clientId, token }) => {
        const bytes = drive.advertised.limits.data_bytes ?? 0
        const value = `${drive.text()} `.padEnd(bytes + 1, 'x')
        return [{ client_id: clientId, value, token }]
      }),
    control: POSTS_WORK,
    judge: keptBack('victim', 'defect', 413),
    killedBy: ['cuts-long-values', 'answers-502-to-long-values'],
  },
  {
    id: 'application.refusal.readable',
    proves: 'application.refusal.problem',
    drive: (drive) =>
      tryPost(drive, async ({ clientId }) => [{ client_id: clientId, value: drive.text() }]),
    control: all(POSTS_WORK, answeredWith('defect', 403)),
    judge: explained('defect'),
    killedBy: ['refuses-in-html'],
  },
]
