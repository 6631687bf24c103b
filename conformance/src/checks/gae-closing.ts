/** Checks of the chapter on the goog.appengine script about a page that closes. */

import type { Check } from '../check.ts'
import { accept, connected, end, frame, type PageStep, run, wait } from '../drive/page/step.ts'
import { all } from '../judges/finding.ts'
import {
  CLOSED,
  ENDED,
  ERRED,
  given,
  heard,
  loaded,
  OPENED,
  saidGoodbye,
  stayedAway,
} from '../judges/gae.ts'

const OPEN = run("page.open('a', 'A')")

/** Longer than any wait of a client, in seconds. */
const LONG = 100

const message = (seq: number, data: string): PageStep =>
  frame('A', { type: 'message', id: `m-${seq}`, seq, data })

/** Moments at which a page closes, each with what it had heard until then. */
const CLOSINGS: Readonly<
  Record<string, { readonly steps: readonly PageStep[]; readonly isOpen: boolean }>
> = {
  'after a message': {
    steps: [OPEN, ...connected('A'), message(1, 'one'), run('page.sockets.a.close()')],
    isOpen: true,
  },
  'before it is open': {
    steps: [OPEN, run('page.sockets.a.close()'), accept('A')],
    isOpen: false,
  },
  'before the welcome': {
    steps: [OPEN, accept('A'), run('page.sockets.a.close()')],
    isOpen: false,
  },
  twice: {
    steps: [
      OPEN,
      ...connected('A'),
      message(1, 'one'),
      run('page.sockets.a.close(); page.sockets.a.close()'),
    ],
    isOpen: true,
  },
  'inside a message': {
    steps: [
      run("page.inside['a.onmessage'] = () => page.sockets.a.close()"),
      OPEN,
      ...connected('A'),
      message(1, 'one'),
      message(2, 'two'),
    ],
    isOpen: true,
  },
}

/** In the order of the chapter. */
export const GAE_CLOSING_CHECKS: readonly Check[] = [
  {
    id: 'gae.page-close.reaches',
    proves: 'gae.close.page',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      for (const [as, { steps }] of Object.entries(CLOSINGS))
        await drive.pages.play(as, script, [...steps, wait(LONG)])
    },
    control: loaded('after a message'),
    judge: all(
      ...Object.entries(CLOSINGS).map(([as, { isOpen }]) =>
        all(
          heard(as, 'a', isOpen ? [OPENED, given('one'), CLOSED] : [CLOSED]),
          saidGoodbye(as, 'A'),
        ),
      ),
    ),
    killedBy: [
      'says-no-goodbye',
      'says-goodbye-with-another-code',
      'forgets-onclose-of-page',
      'closes-with-onerror',
      'closes-at-another-state',
      'comes-back-after-close',
      'aborts-opening-connections',
    ],
  },
  {
    id: 'gae.page-close.between',
    proves: 'gae.close.page',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [
        OPEN,
        ...connected('A'),
        end('A', 4101, 'internal-error'),
        run('page.sockets.a.close()'),
        wait(LONG),
      ])
    },
    control: loaded('page'),
    judge: all(heard('page', 'a', [OPENED, ENDED]), stayedAway('page', 'A', 'onclose')),
    killedBy: ['forgets-onclose-of-page', 'comes-back-after-close', 'closes-with-onerror'],
  },
  {
    id: 'gae.page-close.refused',
    proves: 'gae.close.page',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      // The second refusal is not told at once.
      await drive.pages.play('page', script, [
        run("page.open('b', 'B')"),
        accept('B'),
        end('B', 4301, 'token-invalid'),
        OPEN,
        accept('A'),
        end('A', 4301, 'token-invalid'),
        run('page.sockets.a.close()'),
        wait(LONG),
      ])
    },
    control: heard('page', 'b', [ERRED, ENDED]),
    judge: all(heard('page', 'a', [CLOSED]), stayedAway('page', 'A', 'onclose')),
    killedBy: ['tells-a-refusal-after-close', 'closes-at-another-state'],
  },
]
