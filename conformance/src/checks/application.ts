/** Checks of the chapter application, sections signing in and pages of other origins. */

import type { Check } from '../check.ts'
import {
  answeredWith,
  differentIds,
  saidToBeJson,
  taken,
  welcomedAsSignedIn,
  withoutAddresses,
  withoutSecrets,
} from '../judges/application.ts'
import {
  cookieKept,
  cookiesUnguessable,
  openToPages,
  preflightAllowed,
  sessionReplaced,
} from '../judges/application-headers.ts'
import { lists } from '../judges/application-list.ts'
import { answeredAs } from '../judges/call.ts'
import { all } from '../judges/finding.ts'
import { uncached } from '../judges/token.ts'

const PREFLIGHT = {
  origin: 'https://elsewhere.example',
  'access-control-request-headers': 'content-type,x-requested-with',
}

/** In the order of the chapter. */
export const APPLICATION_CHECKS: readonly Check[] = [
  {
    id: 'application.login.well-formed',
    proves: 'application.login.answered',
    drive: async ({ application }) => {
      await application.send('login', 'GET', '/login')
    },
    judge: all(
      answeredAs('login', 200, 'LoginAnswer'),
      saidToBeJson('login'),
      lists('login', 'login'),
    ),
    killedBy: [
      'leaves-newcomer-out-of-answer',
      'lists-online-users-alone',
      'answers-login-as-text',
      'answers-users-as-ids',
    ],
  },
  {
    id: 'application.login.anew',
    proves: 'application.login.new',
    drive: async ({ application }) => {
      const { cookie } = await application.login('first')
      await application.login('same session', cookie)
      await application.login('other session')
    },
    judge: differentIds('first', 'same session', 'other session'),
    killedBy: ['names-users-by-session'],
  },
  {
    id: 'application.login.connects',
    proves: 'application.login.opens',
    drive: async ({ application }) => {
      await application.enter('page')
    },
    judge: welcomedAsSignedIn('page'),
    killedBy: ['mints-for-another-id'],
  },
  {
    id: 'application.login.uncached',
    proves: 'application.login.no-store',
    drive: async ({ application }) => {
      await application.login('login')
    },
    judge: uncached('login'),
    killedBy: ['lets-login-be-cached'],
  },
  {
    id: 'application.session.guarded',
    proves: 'application.session.cookie',
    drive: async ({ application }) => {
      await application.login('login')
    },
    judge: cookieKept('login'),
    killedBy: ['shows-session-to-scripts', 'sends-session-across-sites'],
  },
  {
    id: 'application.session.unguessable',
    proves: 'application.session.cookie',
    drive: async ({ application }) => {
      await application.login('one')
      await application.login('other')
    },
    judge: cookiesUnguessable('one', 'other'),
    killedBy: ['numbers-sessions'],
  },
  {
    id: 'application.session.own',
    proves: 'application.session.cookie',
    drive: async (drive) => {
      const { application } = drive
      const { cookie } = await application.login('control')
      const [name] = cookie.split('=')
      const invented = `${name}=${drive.clientId()}`
      await application.login('invented', invented)
    },
    control: cookieKept('control'),
    judge: sessionReplaced('invented'),
    killedBy: ['adopts-sessions'],
  },
  {
    id: 'application.session.several',
    proves: 'application.session.shared',
    drive: async (drive) => {
      const { application } = drive
      const one = await application.login('one')
      const { clientId, cookie } = await application.login('other', one.cookie)
      const post = (as: string, client_id: string) =>
        application.post(as, { client_id, value: drive.text() }, { cookie })
      await post('as other', clientId)
      await post('as one', one.clientId)
    },
    control: answeredWith('as other', 200),
    judge: answeredWith('as one', 200),
    killedBy: ['begins-session-with-every-login', 'keeps-one-user-per-session'],
  },
  {
    id: 'application.address.untold',
    proves: 'application.address.hidden',
    drive: async (drive) => {
      const { application } = drive
      const page = await application.enter('page')
      const value = drive.text()
      await application.say('post', page, value)
      await page.hears(value)
      const newcomer = await application.login('newcomer')
      await page.sees(newcomer.clientId)
    },
    control: all(answeredAs('post', 200, 'MessagePush'), lists('newcomer', 'page')),
    judge: withoutAddresses('page', 'page', 'post', 'newcomer'),
    killedBy: ['lists-addresses', 'tells-address-of-poster'],
  },
  {
    id: 'application.secret.untold',
    proves: 'application.secret.hidden',
    drive: async (drive) => {
      const { application } = drive
      for (const secret of [...drive.applicationKeys, ...application.webhookSecrets])
        drive.note('secret', secret)
      const page = await application.enter('page')
      const value = drive.text()
      await application.say('post', page, value)
      await application.post('refused', { client_id: page.clientId, value: drive.text() })
      await page.hears(value)
    },
    control: all(answeredAs('page', 200, 'LoginAnswer'), answeredWith('post', 200)),
    judge: withoutSecrets('page', 'post', 'refused'),
    killedBy: ['tells-application-key'],
  },
  {
    id: 'application.cors.answered',
    proves: 'application.cors.open',
    drive: async (drive) => {
      const { application } = drive
      const origin = 'https://elsewhere.example'
      await application.send('login', 'GET', '/login', { origin })
      const user = await application.login('user')
      const form = { client_id: user.clientId, value: drive.text() }
      await application.post('post', { ...form, token: user.token }, { origin })
      await application.post('unproven', form, { origin })
      await application.post('incomplete', { token: user.token }, { origin })
    },
    control: answeredWith('post', 200),
    judge: openToPages('login', 'post', 'unproven', 'incomplete'),
    killedBy: ['closes-refusals-to-pages', 'repeats-origin-with-credentials'],
  },
  {
    id: 'application.cors.asked',
    proves: 'application.cors.preflight',
    drive: async ({ application }) => {
      for (const [as, method, path] of [
        ['login', 'GET', '/login'],
        ['post', 'POST', '/post'],
      ] as const) {
        const headers = { ...PREFLIGHT, 'access-control-request-method': method }
        await application.send(as, 'OPTIONS', path, headers)
      }
    },
    judge: all(
      taken('login'),
      preflightAllowed('login'),
      openToPages('login'),
      preflightAllowed('post'),
      openToPages('post'),
    ),
    killedBy: ['answers-options-with-405', 'allows-no-other-headers', 'allows-get-alone'],
  },
]
