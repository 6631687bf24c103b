/** Checks of the chapter on the goog.appengine script against the real service: where it connects, and with what. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { accept, connected, end, frame, run, wait } from '../drive/page/step.ts'
import { welcomed } from '../judges/connection.ts'
import { all, each } from '../judges/finding.ts'
import {
  connectedAsAClient,
  given,
  heard,
  hidToken,
  loaded,
  nothingThrown,
  OPENED,
} from '../judges/gae.ts'
import { answered } from '../judges/problem.ts'

const OPEN = run("page.open('a', 'A')")

/** Hosts by which a page may have asked for the script. */
const HOSTS = ['elsewhere.example', 'elsewhere.example:8443']

/** Waits after attempts that never open, in seconds: longer than the bounds of back-off. */
const BLOCKED = [3, 5, 9, 17]

/** Loads the script, and lets a page open with a token of the target as far as the first connection. */
async function begin(drive: Drive, as: string, token: string, headers = {}) {
  const script = await drive.pages.load(as, headers)
  const tokens = { A: token }
  const events = await drive.pages.play(as, script, [OPEN, ...connected('A')], { tokens })
  return { script, tokens, attempt: events.find(({ what }) => what === 'attempt')?.members }
}

/** In the order of the chapter. */
export const GAE_CONNECTING_CHECKS: readonly Check[] = [
  {
    id: 'gae.connect-url.baked',
    proves: 'gae.script.connect',
    drive: async (drive) => {
      const { token } = await drive.mint('token', drive.clientId())
      const { script, tokens } = await begin(drive, 'page', token)
      // Where no WebSocket opens, a script may try something else.
      const blocked = BLOCKED.flatMap((seconds) => [end('A', 1006), wait(seconds)])
      await drive.pages.play('blocked', script, [OPEN, ...blocked], { tokens })
    },
    control: all(answered('token', 201), loaded('page')),
    judge: all(
      nothingThrown('page'),
      connectedAsAClient('page', 'A', 'token'),
      hidToken('page', 'token'),
      hidToken('blocked', 'token'),
    ),
    killedBy: [
      'connects-elsewhere',
      'connects-with-token-in-url',
      'fetches-with-token-in-url',
      'connects-without-its-protocol',
      'offers-another-protocol-too',
    ],
  },
  {
    id: 'gae.script-host.ignored',
    proves: 'gae.script.connect',
    drive: async (drive) => {
      const { token } = await drive.mint('token', drive.clientId())
      await begin(drive, 'control', token)
      for (const host of HOSTS) await begin(drive, host, token, { host })
    },
    control: connectedAsAClient('control', 'A', 'token'),
    judge: each(HOSTS, (as) => connectedAsAClient(as, 'A', 'token')),
    killedBy: ['builds-connect-url-from-host'],
  },
  {
    id: 'gae.connection.real',
    proves: 'gae.script.connect',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const { token } = await drive.mint('token', clientId)
      const { script, tokens, attempt } = await begin(drive, 'first', token)
      if (!attempt) return
      const protocols = [attempt.protocols].flat().map(String)
      const { origin } = new URL(drive.baseUrl)
      const connection = await drive.open('real', { url: String(attempt.url), protocols, origin })
      const first = await connection.welcome()
      const text = 'a message of the service'
      await drive.post('post', clientId, text)
      const message = await connection.message(text)
      // What the service really sent is what the page is given now.
      const steps = [OPEN, accept('A'), frame('A', first ?? ''), frame('A', message ?? '')]
      await drive.pages.play('page', script, steps, { tokens })
    },
    control: loaded('first'),
    judge: all(welcomed('real'), heard('page', 'a', [OPENED, given('a message of the service')])),
    killedBy: ['connects-elsewhere', 'connects-without-its-protocol'],
  },
  {
    id: 'gae.public-base.baked',
    proves: 'gae.script.connect',
    needs: ['exec'],
    drive: async (drive) => {
      const { token } = await drive.mint('own', drive.clientId())
      await begin(drive, 'control', token)
      const wishes = { baseUrl: 'https://localhost:8443/some/base' }
      const { drive: based } = await drive.launch('based', undefined, wishes)
      const minted = await based.mint('token', drive.clientId())
      await begin(based, 'page', minted.token)
    },
    control: connectedAsAClient('control', 'A', 'own'),
    judge: connectedAsAClient('page', 'A', 'token'),
    killedBy: ['connects-where-the-page-is', 'forgets-path-of-base-in-script'],
  },
]
