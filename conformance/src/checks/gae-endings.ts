/** Checks of the chapter on the goog.appengine script about endings: each code, what the page is told, how the script comes back. */

import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import type { Check } from '../check.ts'
import { accept, connected, end, frame, type PageStep, run, wait } from '../drive/page/step.ts'
import { all, type Judge } from '../judges/finding.ts'
import {
  type Bounds,
  CLOSED,
  cameBack,
  ENDED,
  ERRED,
  error,
  given,
  type Heard,
  heard,
  keptToken,
  loaded,
  nothingThrown,
  OPENED,
  oneWaited,
  said,
  stayedAway,
  toldAfter,
} from '../judges/gae.ts'

const OPEN = run("page.open('a', 'A')")
/** Longer than any wait of a client, in seconds. */
const LONG = 100

const EXPIRED = error(401, 'Token+timed+out.')
const INVALID = error(401, 'Invalid+token.')

/** An ending and what a page hears of it; nothing where it is silent. */
interface Ending {
  readonly code: number
  readonly reason: string
  readonly told: readonly Heard[] | undefined
}

const ROWS = Object.values(CLOSE_CODES)

const LISTED: readonly Ending[] = ROWS.map(({ code, slug, gae }) => {
  const told = {
    close: [CLOSED],
    error: [error(code, slug), CLOSED],
    expired: [EXPIRED, CLOSED],
    invalid: [INVALID, CLOSED],
    silent: undefined,
  }[gae]
  return { code, reason: slug, told }
})

/** The lowest, highest and some other code of a range that no row of the registry has. */
const unlisted = (...codes: readonly number[]): readonly number[] =>
  codes.filter((code) => ROWS.every((row) => row.code !== code))

const REASON = 'of a later version'
const UNKNOWN: readonly Ending[] = [
  ...unlisted(4001, 4042, 4099).map((code) => ({
    code,
    reason: REASON,
    told: [error(code, REASON), CLOSED],
  })),
  ...unlisted(4302, 4342, 4399).map((code) => ({ code, reason: REASON, told: [INVALID, CLOSED] })),
  ...[
    ...unlisted(4106, 4142, 4199),
    ...unlisted(4203, 4242, 4299),
    ...unlisted(1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015, 3000, 3999, 4400, 4999),
  ].map((code) => ({
    code,
    reason: code === 1006 || code === 1005 ? '' : REASON,
    told: undefined,
  })),
]

const ENDINGS = [...LISTED, ...UNKNOWN]
const isTold = ({ told }: Ending): boolean => told !== undefined
const TOLD = ENDINGS.filter(isTold)
/** Those of the table that are told as errors. */
const ERRORS = LISTED.filter(({ told }) => told?.length === 2)
const SILENT = ENDINGS.filter((ending) => !isTold(ending))

const message = (on: string, seq: number, data: string): PageStep =>
  frame(on, { type: 'message', id: `m-${seq}`, seq, data })

const RECONNECT: Bounds = [0, 1]
const isReconnect = (code: number): boolean => code >= 4200 && code <= 4299

/** Bounds of back-off for endings in a row, in seconds. */
const BACK_OFF: readonly Bounds[] = [
  [1, 2],
  [1, 4],
  [1, 8],
  [1, 16],
  [1, 30],
  [1, 30],
]

/** Channels of one page that end alike. */
const SEVERAL = ['A', 'B', 'C']

/** Pages enough for a wait at random to show its bound, and one longer than a bound that did not double twice. */
const PAGES = Array.from({ length: 8 }, (_, place) => `page ${place + 1}`)
const GROWN_SECONDS = 4
/** The longest that counts as a short life, and what is longer than that. */
const [SHORT_SECONDS, RESTED_SECONDS] = [29, 31]
const restedAs = (as: string): string => `${as}, rested`
const lostAs = (as: string): string => `${as}, lost`

/** A judge of every ending, under the code as its role. */
function ofEach(endings: readonly Ending[], judge: (ending: Ending, as: string) => Judge): Judge {
  return all(...endings.map((ending) => judge(ending, String(ending.code))))
}

/** In the order of the chapter. */
export const GAE_ENDING_CHECKS: readonly Check[] = [
  {
    id: 'gae.ending.told',
    proves: 'gae.end.told',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      for (const { code, reason } of TOLD) {
        const welcomed = [OPEN, ...connected('A'), message('A', 1, 'one'), end('A', code, reason)]
        await drive.pages.play(String(code), script, [...welcomed, wait(1)])
        const refused = [OPEN, accept('A'), end('A', code, reason), wait(1)]
        await drive.pages.play(`${code} at once`, script, refused)
      }
      const again = SEVERAL.flatMap((on) => [accept(on), end(on, 4003, 'forbidden'), wait(LONG)])
      const opening = run("page.open('a', 'A'); page.open('b', 'B'); page.open('c', 'C')")
      await drive.pages.play('several', script, [opening, ...again])
    },
    control: loaded(String(TOLD[0]?.code)),
    judge: all(
      ofEach(TOLD, ({ told = [] }, as) =>
        all(
          nothingThrown(as),
          heard(as, 'a', [OPENED, given('one'), ...told]),
          heard(`${as} at once`, 'a', told),
        ),
      ),
      toldAfter(
        'several',
        SEVERAL.map(() => 0),
      ),
    ),
    killedBy: [
      'calls-everything-401',
      'calls-expired-tokens-invalid',
      'calls-unknown-refusals-expired',
      'leaves-reasons-out',
      'errs-at-goodbye',
      'errs-without-onclose',
      'closes-at-another-state',
      'is-silent-of-unknown-stops',
      'closes-twice',
      'waits-with-every-error',
    ],
  },
  {
    id: 'gae.ending.silent',
    proves: 'gae.end.silent',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      for (const { code, reason } of SILENT) {
        await drive.pages.play(String(code), script, [
          OPEN,
          ...connected('A'),
          message('A', 1, 'one'),
          end('A', code, reason),
          run("page.say('away', page.sockets.a.readyState)"),
          ...connected('A', { seq: 1, resumed: 'asked' }),
          message('A', 2, 'two'),
        ])
      }
    },
    control: loaded(String(SILENT[0]?.code)),
    judge: ofEach(SILENT, ({ code }, as) =>
      all(
        heard(as, 'a', [OPENED, given('one'), { ...given('two'), readyState: 1 }]),
        said(as, 'away', 0),
        cameBack(as, 'A', [isReconnect(code) ? RECONNECT : [1, 2]]),
        keptToken(as, 'A'),
      ),
    ),
    killedBy: [
      'tells-of-restarts',
      'gives-up-when-over-capacity',
      'comes-back-at-once-when-over-capacity',
      'notices-over-capacity-late',
      'is-slow-after-drains',
      'errs-at-unlisted-codes',
      'opens-at-each-welcome',
      'says-open-while-away',
      'says-connecting-when-back',
    ],
  },
  {
    id: 'gae.back-off.grows',
    proves: 'gae.end.silent',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      const failing = BACK_OFF.flatMap(() => [accept('A'), end('A', 4100, 'over-capacity')])
      await drive.pages.play('page', script, [OPEN, ...failing, ...connected('A')])
      const lost = BACK_OFF.flatMap(() => [...connected('A'), end('A', 1006)])
      for (const as of PAGES)
        await drive.pages.play(lostAs(as), script, [OPEN, ...lost, ...connected('A')])
      const ending = [...connected('A'), end('A', 1006)]
      for (const as of PAGES) {
        const shortLived = [...connected('A'), wait(SHORT_SECONDS), end('A', 1006)]
        const steps = [OPEN, ...ending, ...ending, ...ending, ...shortLived]
        await drive.pages.play(as, script, [...steps, ...connected('A')])
        const rested = [...connected('A'), wait(RESTED_SECONDS), end('A', 1006)]
        await drive.pages.play(restedAs(as), script, [OPEN, ...ending, ...rested, ...ending])
      }
    },
    control: loaded('page'),
    judge: all(
      heard('page', 'a', [OPENED]),
      cameBack('page', 'A', BACK_OFF),
      keptToken('page', 'A'),
      ...PAGES.map((as) =>
        all(heard(lostAs(as), 'a', [OPENED]), cameBack(lostAs(as), 'A', BACK_OFF)),
      ),
      oneWaited(PAGES, 'A', 4, GROWN_SECONDS),
      ...PAGES.map((as) =>
        cameBack(restedAs(as), 'A', [
          [1, 2],
          [1, 2],
        ]),
      ),
    ),
    killedBy: [
      'comes-back-at-once-when-over-capacity',
      'notices-over-capacity-late',
      'gives-up-when-over-capacity',
      'waits-after-losses-no-longer',
      'never-rests-after-losses',
    ],
  },
  {
    id: 'gae.unopened.silent',
    proves: 'gae.end.silent',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [OPEN, end('A', 1006), ...connected('A')])
    },
    control: loaded('page'),
    judge: all(
      heard('page', 'a', [OPENED]),
      cameBack('page', 'A', [[1, 2]]),
      keptToken('page', 'A'),
    ),
    killedBy: ['tells-of-unopened-connections'],
  },
  {
    id: 'gae.reconnect-wait.kept',
    proves: 'gae.end.silent',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      const told = frame('A', { type: 'reconnect', after_seconds: 7 })
      await drive.pages.play('page', script, [
        OPEN,
        ...connected('A'),
        told,
        end('A', 4200, 'draining'),
        ...connected('A'),
        end('A', 4201, 'max-lifetime'),
        ...connected('A'),
      ])
      const lost = [OPEN, ...connected('A'), told, end('A', 1006), ...connected('A')]
      await drive.pages.play('lost', script, lost)
    },
    control: loaded('page'),
    judge: all(cameBack('page', 'A', [[7, 8], RECONNECT]), cameBack('lost', 'A', [[7, 9]])),
    killedBy: [
      'ignores-reconnect-envelopes',
      'keeps-reconnect-envelopes',
      'awaits-only-drains',
      'waits-after-losses-no-longer',
    ],
  },
  {
    id: 'gae.error.closed',
    proves: 'gae.end.once',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      for (const { code, reason } of ERRORS) {
        // Where the script comes back, a page hears of it, which it must not.
        const back = [...connected('A'), message('A', 2, 'two'), end('A', code, reason), wait(LONG)]
        await drive.pages.play(String(code), script, [
          OPEN,
          ...connected('A'),
          end('A', code, reason),
          wait(LONG),
          ...back,
        ])
      }
      for (const [as, inside] of [
        ['closing', 'page.sockets.a.close()'],
        ['throwing', "throw new Error('of the page')"],
      ] as const) {
        await drive.pages.play(as, script, [
          run(`page.inside['a.onerror'] = () => { ${inside} }`),
          OPEN,
          ...connected('A'),
          end('A', 4301, 'token-invalid'),
          wait(LONG),
        ])
      }
    },
    control: loaded(String(ERRORS[0]?.code)),
    judge: all(
      ofEach(ERRORS, (_ending, as) =>
        all(heard(as, 'a', [OPENED, ERRED, ENDED]), stayedAway(as, 'A', 'onclose')),
      ),
      heard('closing', 'a', [OPENED, ERRED, ENDED]),
      heard('throwing', 'a', [OPENED, ERRED, ENDED]),
    ),
    killedBy: [
      'errs-without-onclose',
      'closes-twice',
      'comes-back-after-errors',
      'stops-at-throwing-callbacks',
    ],
  },
]
