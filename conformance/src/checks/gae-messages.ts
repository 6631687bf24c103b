/** Checks of the chapter on the goog.appengine script about messages: their data, each once, and each to its own channel. */

import type { Check } from '../check.ts'
import { connected, end, frame, type PageStep, run, wait } from '../drive/page/step.ts'
import { all } from '../judges/finding.ts'
import { ENDED, ERRED, given, heard, heardFirst, loaded, OPENED } from '../judges/gae.ts'

const OPEN = run("page.open('a', 'A')")

/** Texts that a careless script would change. */
const TEXTS = [
  '{"users":[{"client_id":"ada"}]}',
  ' "quoted" ',
  'two\r\nlines\n',
  '<b>&lt;</b></script>',
  'null',
  '0',
  'a\u0000b\u2028c\ufeffd',
  '日本語 🙂 e\u0301',
  'x'.repeat(32_767),
]

const message = (seq: number, data: string): PageStep =>
  frame('A', { type: 'message', id: `m-${seq}`, seq, data })

const broadcast = (seq: number, data: string): PageStep =>
  frame('A', { type: 'broadcast', id: `b-${seq}`, seq, data })

/** Frames that are no messages. */
const NOISE = [
  '{"type":"heartbeat"}',
  '{"type":"of a later version","data":"not for this page"}',
  'no JSON',
  '[]',
  'null',
  '{"data":"without a type"}',
]

const BROADCASTING = { broadcast_epoch: 1_790_855_400_000_001, broadcast_seq: 0 }

const NEXT_EPOCH = 1_790_855_400_000_777

/** In the order of the chapter. */
export const GAE_MESSAGE_CHECKS: readonly Check[] = [
  {
    id: 'gae.data.unchanged',
    proves: 'gae.message.data',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [
        OPEN,
        ...connected('A', BROADCASTING),
        ...TEXTS.map((text, place) => message(place + 1, text)),
        ...TEXTS.map((text, place) => broadcast(place + 1, text)),
      ])
    },
    control: loaded('page'),
    judge: heard('page', 'a', [OPENED, ...TEXTS.map(given), ...TEXTS.map(given)]),
    killedBy: [
      'reads-data-as-json',
      'trims-given-data',
      'hands-long-data-over-bare',
      'keeps-broadcasts-back',
    ],
  },
  {
    id: 'gae.data.once',
    proves: 'gae.message.data',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      await drive.pages.play('page', script, [
        OPEN,
        ...connected('A', BROADCASTING),
        ...NOISE.map((text) => frame('A', text)),
        message(1, 'one'),
        broadcast(1, 'to all'),
        message(1, 'one'),
        message(2, 'one'),
        ...NOISE.map((text) => frame('A', text)),
        end('A', 1006),
        ...connected('A', { ...BROADCASTING, broadcast_seq: 1, seq: 1, resumed: 'asked' }),
        message(2, 'one'),
        message(3, 'three'),
        end('A', 4202, 'state-lost'),
        ...connected('A', { epoch: NEXT_EPOCH, ...BROADCASTING }),
        broadcast(1, 'to all'),
        message(1, 'first of another epoch'),
        broadcast(2, 'to all again'),
      ])
    },
    control: loaded('page'),
    judge: heard('page', 'a', [
      OPENED,
      given('one'),
      given('to all'),
      given('one'),
      given('three'),
      given('first of another epoch'),
      given('to all again'),
    ]),
    killedBy: [
      'gives-messages-twice',
      'keeps-messages-of-new-epochs-back',
      'gives-noise',
      'keeps-broadcasts-back',
      'gives-broadcasts-twice',
    ],
  },
  {
    id: 'gae.channels.apart',
    proves: 'gae.channels.several',
    drive: async (drive) => {
      const script = await drive.pages.load('page')
      const to = (on: string, seq: number, data: string): PageStep =>
        frame(on, { type: 'message', id: `m-${seq}`, seq, data })
      await drive.pages.play('page', script, [
        run("page.open('a', 'A'); page.open('b', 'B')"),
        ...connected('B'),
        ...connected('A'),
        to('A', 1, 'for a'),
        to('B', 1, 'for b'),
        end('A', 4010, 'disconnected-by-application'),
        run("page.open('c', 'C')"),
        ...connected('C'),
        to('B', 2, 'for b still'),
        to('C', 1, 'for c'),
        run('page.sockets.b.close()'),
        wait(1),
        to('C', 2, 'for c still'),
      ])
    },
    control: loaded('page'),
    judge: all(
      heard('page', 'a', [OPENED, given('for a'), ERRED, ENDED]),
      heardFirst('page', 'b', [OPENED, given('for b'), given('for b still')]),
      heard('page', 'c', [OPENED, given('for c'), given('for c still')]),
    ),
    killedBy: ['gives-messages-to-the-newest-channel', 'closes-the-others-too'],
  },
]
