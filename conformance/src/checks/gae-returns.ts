/** Checks of the chapter on the goog.appengine script about going on after an ending: what was missed, and a page that opens again. */

import type { Check } from '../check.ts'
import { connected, end, frame, type PageStep, run, wait } from '../drive/page/step.ts'
import { all } from '../judges/finding.ts'
import { ENDED, ERRED, given, heard, loaded, OPENED } from '../judges/gae.ts'

const OPEN = run("page.open('a', 'A')")

/** Longer than any wait of a client, in seconds. */
const LONG = 100

const message = (on: string, seq: number, data: string): PageStep =>
  frame(on, { type: 'message', id: `m-${seq}`, seq, data })

/** In the order of the chapter. */
export const GAE_RETURN_CHECKS: readonly Check[] = [
  {
    id: 'gae.return.told',
    proves: 'gae.end.missed',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      const back = (members: Readonly<Record<string, unknown>>): readonly PageStep[] => [
        end('A', 4200, 'draining'),
        ...connected('A', members),
      ]
      await drive.pages.play('page', script, [
        run("page.open('a', 'A').onreconnect = page.callback('a', 'onreconnect')"),
        ...connected('A'),
        message('A', 1, 'one'),
        ...back({ seq: 1 }),
        ...back({ seq: 3 }),
        message('A', 4, 'four'),
        ...back({ epoch: 1_790_855_400_000_777 }),
      ])
    },
    control: loaded('page'),
    judge: heard('page', 'a', [
      OPENED,
      given('one'),
      { name: 'onreconnect', argument: { resumed: true } },
      { name: 'onreconnect', argument: { resumed: false } },
      given('four'),
      { name: 'onreconnect', argument: { resumed: false } },
    ]),
    killedBy: ['tells-of-no-return', 'calls-every-return-whole', 'calls-no-return-whole'],
  },
  {
    id: 'gae.return.whole',
    proves: 'gae.end.missed',
    profiles: ['resume'],
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [
        run("page.open('a', 'A').onreconnect = page.callback('a', 'onreconnect')"),
        ...connected('A', { cursor: 'm-0' }),
        message('A', 1, 'one'),
        end('A', 1006),
        ...connected('A', { seq: 1, newest: 2, cursor: 'm-1', resumed: 'asked' }),
        message('A', 2, 'missed'),
      ])
    },
    control: loaded('page'),
    judge: heard('page', 'a', [
      OPENED,
      given('one'),
      { name: 'onreconnect', argument: { resumed: true } },
      given('missed'),
    ]),
    killedBy: ['asks-for-nothing-missed', 'tells-of-no-return', 'calls-no-return-whole'],
  },
  {
    id: 'gae.error.reopened',
    proves: 'gae.again.inside',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      for (const [as, token] of [
        ['fresh token', 'B'],
        ['same token', 'A'],
      ] as const) {
        await drive.pages.play(as, script, [
          run(`page.inside['a.onerror'] = () => page.open('b', '${token}')`),
          OPEN,
          ...connected('A'),
          message('A', 1, 'for a'),
          end('A', 4300, 'token-expired'),
          ...connected(token, { seq: 1 }),
          message(token, 2, 'for b'),
          wait(LONG),
          message(token, 3, 'for b still'),
        ])
      }
    },
    control: loaded('fresh token'),
    judge: all(
      ...['fresh token', 'same token'].map((as) =>
        all(
          heard(as, 'a', [OPENED, given('for a'), ERRED, ENDED]),
          heard(as, 'b', [OPENED, given('for b'), given('for b still')]),
        ),
      ),
    ),
    killedBy: ['closes-the-newest', 'opens-nothing-inside-onerror'],
  },
]
