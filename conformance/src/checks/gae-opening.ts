/** Checks of the chapter on the goog.appengine script about opening: what `open` returns, and which callbacks are called. */

import type { Check } from '../check.ts'
import { accept, connected, end, frame, type PageStep, run, wait } from '../drive/page/step.ts'
import { all } from '../judges/finding.ts'
import {
  ENDED,
  ERRED,
  given,
  heard,
  loaded,
  nothingThrown,
  OPENED,
  returnedConnecting,
  returnedFirst,
} from '../judges/gae.ts'

const OPEN = run("page.open('a', 'A')")

const message = (seq: number, data: string): PageStep =>
  frame('A', { type: 'message', id: `m-${seq}`, seq, data })

/** Which callbacks a page may leave out. */
const PARTIAL: Readonly<
  Record<string, { readonly code: string; readonly has: readonly string[] }>
> = {
  'no handler': { code: "page.open('a', 'A', null)", has: [] },
  'null for a handler': {
    code: "page.sockets.a = new goog.appengine.Channel('token-a').open(null)",
    has: [],
  },
  'an empty handler': { code: "page.open('a', 'A', {})", has: [] },
  ...Object.fromEntries(
    ['onopen', 'onmessage', 'onerror', 'onclose'].map((name) => [
      `${name} alone`,
      { code: `page.open('a', 'A', page.handler('a', ['${name}']))`, has: [name] },
    ]),
  ),
  'callbacks assigned afterwards': {
    code: "Object.assign(page.open('a', 'A', null), page.handler('a'))",
    has: ['onopen', 'onmessage', 'onerror', 'onclose'],
  },
  'null for callbacks': {
    code: "page.open('a', 'A', { onopen: null, onmessage: undefined, onerror: null, onclose: page.callback('a', 'onclose') })",
    has: ['onclose'],
  },
}

/** In the order of the chapter. */
export const GAE_OPENING_CHECKS: readonly Check[] = [
  {
    id: 'gae.open.at-once',
    proves: 'gae.open.returns',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [OPEN, ...connected('A')])
      await drive.pages.play('malformed', script, [OPEN, wait(1)], { tokens: { A: 'two words' } })
    },
    control: loaded('page'),
    judge: all(
      returnedConnecting('page', 'a'),
      heard('page', 'a', [OPENED]),
      returnedFirst('malformed', 'a'),
    ),
    killedBy: [
      'opens-with-another-state',
      'calls-back-before-open-returns',
      'throws-at-malformed-tokens',
    ],
  },
  {
    id: 'gae.handler.copied',
    proves: 'gae.open.handler',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [
        run(`{
          const handler = page.handler('a')
          page.open('a', 'A', handler)
          for (const name of Object.keys(handler)) handler[name] = page.callback('a', name, 'changed ' + name)
        }`),
        ...connected('A'),
        message(1, 'one'),
        run("page.sockets.a.onmessage = page.callback('a', 'onmessage', 'later onmessage')"),
        message(2, 'two'),
        run('page.sockets.a.onmessage = null'),
        message(3, 'three'),
        run("page.sockets.a.onclose = page.callback('a', 'onclose', 'later onclose')"),
        end('A', 4010, 'disconnected-by-application'),
        wait(1),
      ])
      // As an object of a class has them.
      await drive.pages.play('inherited', script, [
        run("page.open('a', 'A', Object.create(page.handler('a')))"),
        ...connected('A'),
        message(1, 'one'),
        end('A', 4010, 'disconnected-by-application'),
        wait(1),
      ])
    },
    control: loaded('page'),
    judge: all(
      nothingThrown('page'),
      heard('page', 'a', [
        OPENED,
        given('one'),
        { name: 'later onmessage', argument: { data: 'two' } },
        ERRED,
        { name: 'later onclose' },
      ]),
      heard('inherited', 'a', [OPENED, given('one'), ERRED, ENDED]),
    ),
    killedBy: [
      'asks-the-handler-each-time',
      'ignores-later-callbacks',
      'copies-own-callbacks-alone',
    ],
  },
  {
    id: 'gae.callbacks.assigned',
    proves: 'gae.open.handler',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [
        run("Object.assign(page.open('a', 'A', {}), page.handler('a'))"),
        ...connected('A'),
        message(1, 'one'),
        end('A', 4301, 'token-invalid'),
        wait(1),
      ])
    },
    control: loaded('page'),
    judge: heard('page', 'a', [OPENED, given('one'), ERRED, ENDED]),
    killedBy: ['ignores-later-callbacks'],
  },
  {
    id: 'gae.handler.partial',
    proves: 'gae.open.partial',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      for (const [as, { code }] of Object.entries(PARTIAL)) {
        await drive.pages.play(as, script, [
          run(code),
          ...connected('A'),
          message(1, 'one'),
          end('A', 4010, 'disconnected-by-application'),
          wait(1),
        ])
      }
    },
    control: loaded('no handler'),
    judge: all(
      ...Object.entries(PARTIAL).map(([as, { has }]) => {
        const whole = [OPENED, given('one'), ERRED, ENDED]
        return all(
          nothingThrown(as),
          heard(
            as,
            'a',
            whole.filter(({ name }) => has.includes(name)),
          ),
        )
      }),
    ),
    killedBy: ['fails-without-callbacks', 'fails-without-a-handler', 'ignores-later-callbacks'],
  },
  {
    id: 'gae.welcome.opened',
    proves: 'gae.open.welcome',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('unwelcomed', script, [OPEN, accept('A'), wait(1)])
      await drive.pages.play('page', script, [
        OPEN,
        ...connected('A'),
        end('A', 4200, 'draining'),
        ...connected('A'),
        wait(1),
      ])
    },
    control: loaded('unwelcomed'),
    judge: all(
      nothingThrown('unwelcomed'),
      heard('unwelcomed', 'a', []),
      heard('page', 'a', [OPENED]),
    ),
    killedBy: ['opens-before-the-welcome', 'opens-at-each-welcome'],
  },
]
