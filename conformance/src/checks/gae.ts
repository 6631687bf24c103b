/** Checks of the chapter on the goog.appengine script about the script itself: how it is served, and what it defines. */

import type { Check } from '../check.ts'
import { run } from '../drive/page/step.ts'
import { all, each } from '../judges/finding.ts'
import { askedBeforeUse, loaded, nothingThrown, said, servedAsScript } from '../judges/gae.ts'

/** What a page sees of the surface. */
const LOOK = run(`page.say('surface', [
  typeof new goog.appengine.Channel(page.tokens.A).open,
  goog.appengine.Socket !== undefined,
])`)

/** The page remembers every global name, and what it had in \`goog\` itself. */
const REMEMBER = `
page.kept = new Map(Object.getOwnPropertyNames(globalThis).map((name) => [name, globalThis[name]]))
page.own = typeof goog === 'undefined' ? undefined : { ...goog, of: { ...goog.appengine } }`

/** What the script changed of that. */
const COMPARE = run(`{
  const names = Object.getOwnPropertyNames(globalThis).filter((name) => name !== 'goog')
  const { of: inside = {}, appengine, ...beside } = page.own ?? {}
  page.say('changed', [
    ...names.filter((name) => !page.kept.has(name)),
    ...[...page.kept.keys()].filter((name) => name !== 'goog' && !Object.is(globalThis[name], page.kept.get(name))),
    ...Object.keys(beside).filter((name) => goog[name] !== beside[name]),
    ...Object.keys(inside).filter((name) => goog.appengine[name] !== inside[name]),
  ])
}`)

/** Pages on which the script is loaded, by what they hold already. */
const PAGES: Readonly<Record<string, string>> = {
  empty: '',
  'with a library': 'var goog = { dom: {}, appengine: { memcache: {} } }',
  'with a library of other parts': 'var goog = { dom: function () {} }, Channel = 1, Socket = 2',
}

/** In the order of the chapter. */
export const GAE_CHECKS: readonly Check[] = [
  {
    id: 'gae.script.defines',
    proves: 'gae.script.served',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [LOOK])
    },
    judge: all(
      servedAsScript('page'),
      nothingThrown('page'),
      said('page', 'surface', ['function', true]),
    ),
    killedBy: [
      'asks-a-key-for-the-script',
      'calls-the-script-plain-text',
      'serves-a-module',
      'names-no-socket',
    ],
  },
  {
    id: 'gae.script.revalidated',
    proves: 'gae.script.fresh',
    drive: async (drive) => {
      await drive.pages.load('page')
    },
    control: servedAsScript('page'),
    judge: askedBeforeUse('page'),
    killedBy: ['lets-caches-keep-the-script'],
  },
  {
    id: 'gae.globals.kept',
    proves: 'gae.script.beside',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      for (const [as, code] of Object.entries(PAGES)) {
        const before = [run(`${code}\n${REMEMBER}`)]
        await drive.pages.play(as, script, [COMPARE], { before })
      }
    },
    control: loaded('empty'),
    judge: each(Object.keys(PAGES), (as) => said(as, 'changed', [])),
    killedBy: ['replaces-goog', 'replaces-appengine', 'adds-a-global', 'replaces-a-global'],
  },
  {
    id: 'gae.states.named',
    proves: 'gae.state.names',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      const code = `{
        const { CONNECTING, OPEN, CLOSING, CLOSED } = goog.appengine.Socket.ReadyState
        page.say('states', [CONNECTING, OPEN, CLOSING, CLOSED])
      }`
      await drive.pages.play('page', script, [run(code)])
    },
    control: loaded('page'),
    judge: said('page', 'states', [0, 1, 2, 3]),
    killedBy: ['names-no-socket', 'forgets-names-of-states', 'misnumbers-states'],
  },
]
