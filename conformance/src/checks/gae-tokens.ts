/** Checks of the chapter on the goog.appengine script about tokens that are refused, and how often a page is told. */

import type { Check } from '../check.ts'
import { accept, connected, end, type PageStep, run, wait } from '../drive/page/step.ts'
import { all, each } from '../judges/finding.ts'
import {
  ENDED,
  error,
  heard,
  loaded,
  nothingThrown,
  returnedFirst,
  toldAfter,
} from '../judges/gae.ts'

const INVALID = error(401, 'Invalid+token.')

/** Tokens with what a subprotocol may not have. */
const MALFORMED: Readonly<Record<string, string>> = {
  'with a space': 'two words',
  'with a comma': 'one,two',
  'with a slash': 'a/b',
  'with a quote': 'a"b',
  'beyond ASCII': 'tökén',
  'in two lines': 'a\nb',
  'in brackets': '(a)',
}

/** Seconds after the ending at which a page is told of each refusal in a row. */
const WAITS = [0, 1, 2, 4, 8, 16, 30, 30]
/** Longer than the longest of them. */
const LONG = 40

/** A page that opens again whenever it is told that its token is dead. */
const AGAIN = run(`{
  let opened = 0
  const open = () => {
    opened += 1
    const socket = 'a' + opened
    page.inside[socket + '.onerror'] = () => setTimeout(open)
    page.open(socket, 'A')
  }
  open()
}`)

const refuse = (code: number): readonly PageStep[] => [
  accept('A'),
  end('A', code, code === 4300 ? 'token-expired' : 'token-invalid'),
]

/** In the order of the chapter. */
export const GAE_TOKEN_CHECKS: readonly Check[] = [
  {
    id: 'gae.malformed-token.told',
    proves: 'gae.token.malformed',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      for (const [as, token] of Object.entries(MALFORMED)) {
        const steps = [run("page.open('a', 'A')"), wait(1)]
        await drive.pages.play(as, script, steps, { tokens: { A: token } })
      }
    },
    control: loaded('with a space'),
    judge: each(Object.keys(MALFORMED), (as) =>
      all(nothingThrown(as), returnedFirst(as, 'a'), heard(as, 'a', [INVALID, ENDED])),
    ),
    killedBy: [
      'throws-at-malformed-tokens',
      'is-silent-of-malformed-tokens',
      'calls-back-before-open-returns',
    ],
  },
  {
    id: 'gae.refusals.spaced',
    proves: 'gae.token.refused',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      for (const [as, codes] of [
        ['invalid', [4301, 4301]],
        ['mixed', [4300, 4377]],
      ] as const) {
        const refusals = WAITS.flatMap((_, place) => [
          ...refuse(codes[place % 2] ?? 4301),
          wait(LONG),
        ])
        await drive.pages.play(as, script, [AGAIN, ...refusals])
      }
    },
    control: loaded('invalid'),
    judge: all(toldAfter('invalid', WAITS), toldAfter('mixed', WAITS)),
    killedBy: [
      'tells-refusals-at-once',
      'waits-before-the-first-refusal',
      'waits-no-longer',
      'waits-ever-longer',
    ],
  },
  {
    id: 'gae.refusals.counted-anew',
    proves: 'gae.token.refused',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [
        AGAIN,
        ...refuse(4301),
        ...refuse(4301),
        wait(LONG),
        ...connected('A'),
        end('A', 4300, 'token-expired'),
        wait(LONG),
        ...refuse(4301),
        wait(LONG),
      ])
    },
    control: loaded('page'),
    judge: toldAfter('page', [0, 1, 0, 1]),
    killedBy: [
      'tells-refusals-at-once',
      'waits-before-the-first-refusal',
      'never-counts-refusals-anew',
    ],
  },
  {
    id: 'gae.refusals.of-the-page',
    proves: 'gae.token.refused',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [
        run("page.open('a', 'A'); page.open('b', 'B'); page.open('c', 'C')"),
        ...['A', 'B', 'C'].flatMap((on) => [
          accept(on),
          end(on, 4301, 'token-invalid'),
          wait(LONG),
        ]),
      ])
    },
    control: loaded('page'),
    judge: toldAfter('page', [0, 1, 2]),
    killedBy: [
      'tells-refusals-at-once',
      'waits-before-the-first-refusal',
      'waits-no-longer',
      'counts-refusals-of-a-token',
    ],
  },
]
