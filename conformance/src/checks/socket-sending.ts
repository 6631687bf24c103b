/** Checks of the chapter socket, section sending: to one socket and to several, and what the answer says. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { holdBack } from '../drive/holding.ts'
import type { ConnectedSocket } from '../drive/page-sockets.ts'
import { answering } from '../drive/socket-life.ts'
import { all } from '../judges/finding.ts'
import { refusedAsTooLarge } from '../judges/message.ts'
import { answered, refused } from '../judges/problem.ts'
import { gotText, heard } from '../judges/socket-messages.ts'
import { delivers, gotInOrder, gotNone } from '../judges/socket-sending.ts'
import { DELICATE_TEXTS, fill, LONGEST_TEXTS, numbered, TOO_LONG_TEXTS } from './socket-texts.ts'

const FENCE = 'that was all'
const MANY = numbered(25)
const SIBLINGS = ['one', 'two', 'three'] as const

/** Sends one text after the other. */
async function sendEach(
  drive: Drive,
  as: string,
  sockets: unknown,
  texts: readonly string[],
): Promise<void> {
  for (const text of texts) await drive.sockets.send(as, sockets, text)
}

/** Waits until a fence has come through to the page. */
async function fence(
  drive: Drive,
  { page, id }: Pick<ConnectedSocket, 'page' | 'id'>,
): Promise<void> {
  await drive.sockets.send('fence', id, FENCE)
  await page.frames.find(({ text }) => text === FENCE, drive.patienceMs)
}

/** An id in letters of the other case, which no socket has. */
function swapCase(id: string): string {
  return id.replace(/[A-Za-z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}

/** Defects of `sockets`, by what is wrong. */
const BAD_LISTS: Readonly<Record<string, unknown>> = {
  absent: undefined,
  null: null,
  'a number': 7,
  'a truth value': true,
  'an object': { 0: 'nobody' },
  'an empty list': [],
  'a list with a number': ['nobody', 7],
  'a list with null': [null],
  'a list of a list': [['nobody']],
}

/** Defects of `body`, by what is wrong. */
export const BAD_BODIES: Readonly<Record<string, unknown>> = {
  absent: undefined,
  null: null,
  'a number': 0,
  'a truth value': false,
  'a list': ['hello'],
  'an object': { text: 'hello' },
}

/** In the order of the chapter. */
export const SOCKET_SENDING_CHECKS: readonly Check[] = [
  {
    id: 'socket.text.delivered',
    proves: 'socket.send.deliver',
    needs: ['webhooks'],
    drive: async (drive) => {
      const socket = await drive.sockets.connect('page')
      await sendEach(drive, 'application', socket.id, DELICATE_TEXTS)
      await fence(drive, socket)
    },
    control: gotText('page', FENCE),
    judge: gotInOrder('page', DELICATE_TEXTS),
    killedBy: [
      'trims-texts-to-pages',
      'drops-empty-texts-to-pages',
      'drops-repeated-texts-to-pages',
      'sends-texts-beyond-ascii-as-binary',
      'rewrites-objects-to-pages',
    ],
  },
  {
    id: 'socket.texts.in-order',
    proves: 'socket.send.deliver',
    needs: ['webhooks'],
    drive: async (drive) => {
      const [socket, other] = await Promise.all([
        drive.sockets.connect('page'),
        drive.sockets.connect('other'),
      ])
      await sendEach(drive, 'application', [socket.id, other.id], LONGEST_TEXTS(drive.advertised))
      await sendEach(drive, 'application', socket.id, MANY)
      await fence(drive, socket)
    },
    control: gotText('page', FENCE),
    judge: all(
      gotInOrder('page', (advertised) => [...LONGEST_TEXTS(advertised), ...MANY]),
      gotInOrder('other', LONGEST_TEXTS),
    ),
    killedBy: [
      'overtakes-long-texts-to-pages',
      'drops-long-texts-to-pages',
      'sends-texts-beyond-ascii-as-binary',
    ],
  },
  {
    id: 'socket.entry-twice.delivered-twice',
    proves: 'socket.send.deliver',
    needs: ['webhooks'],
    drive: async (drive) => {
      const socket = await drive.sockets.connect('page')
      const other = await drive.sockets.connect('other')
      const ids = [socket.id, 'nobody-has-had-this-id', other.id, socket.id]
      await drive.sockets.send('application', ids, 'twice')
      await Promise.all([fence(drive, socket), fence(drive, other)])
    },
    control: all(gotText('page', FENCE), gotText('other', FENCE)),
    judge: all(gotInOrder('page', ['twice', 'twice']), gotInOrder('other', ['twice'])),
    killedBy: ['drops-repeated-texts-to-pages'],
  },
  {
    id: 'socket.reply.from-handler',
    proves: 'socket.send.deliver',
    needs: ['webhooks'],
    drive: async (drive) => {
      const holding = holdBack(drive)
      const { page, id, webhooks } = await drive.sockets.connect('page', undefined, {
        replying: answering('message', holding.reply),
      })
      page.send('a question')
      await webhooks.event('message')
      await drive.sockets.send('application', id, 'an answer')
      await page.texts(1)
      drive.note('answered', 'the handler goes on')
      holding.release()
    },
    control: heard('page', 'message'),
    judge: gotInOrder('page', ['an answer']),
    killedBy: ['keeps-texts-while-message-waits'],
  },
  {
    id: 'socket.siblings.isolated',
    proves: 'socket.send.isolated',
    needs: ['webhooks'],
    drive: async (drive) => {
      const path = drive.sockets.path()
      const { url } = await drive.sockets.mint('siblings', path)
      const webhooks = drive.sockets.webhooks('siblings', path)
      const sockets: (Pick<ConnectedSocket, 'page' | 'id'> & { readonly as: string })[] = []
      for (const as of SIBLINGS) {
        const page = await drive.sockets.open(as, url)
        const attempts = await webhooks.first(sockets.length + 1)
        sockets.push({ as, page, id: attempts[sockets.length]?.fields.from ?? '' })
      }
      for (const { as, id } of sockets) {
        await drive.sockets.send('application', id, `for ${as}`)
        await drive.sockets.send('application', [swapCase(id), id.slice(1), `${id}=`], 'for nobody')
        await drive.sockets.send('application', `${id},${id}`, 'for nobody')
      }
      for (const socket of sockets) await fence(drive, socket)
    },
    control: all(...SIBLINGS.map((as) => gotText(as, FENCE))),
    judge: all(
      ...SIBLINGS.map((as) =>
        gotNone(as, [
          'for nobody',
          ...SIBLINGS.filter((other) => other !== as).map((other) => `for ${other}`),
        ]),
      ),
    ),
    killedBy: [
      'sends-to-sockets-of-one-path',
      'ignores-case-of-socket-ids',
      'splits-ids-at-commas',
    ],
  },
  {
    id: 'socket.send.answered-per-entry',
    proves: 'socket.send.results',
    needs: ['webhooks'],
    drive: async (drive) => {
      const [open, other, over, refused] = await Promise.all([
        drive.sockets.connect('open'),
        drive.sockets.connect('other'),
        drive.sockets.connect('over'),
        drive.sockets.connect('refused', undefined, { replying: () => ({ status: 403 }) }),
      ])
      await refused.page.ended()
      over.page.close(1000)
      await over.webhooks.event('closed')
      const unknown = 'constructor'
      const many = [unknown, open.id, over.id, other.id, refused.id, open.id, '', unknown, '한글 "']
      await drive.sockets.send('many', many, 'hello')
      await drive.sockets.send('single', open.id, 'hello')
      await drive.sockets.send('list of one', [other.id], '')
      await drive.sockets.send('nobody', unknown, 'hello')
      await drive.sockets.send('no list', `${open.id},${other.id}`, 'hello')
      await Promise.all([fence(drive, open), fence(drive, other)])
    },
    control: all(gotText('open', FENCE), gotText('other', FENCE), heard('over', 'closed')),
    judge: all(
      delivers('many', [false, true, false, true, false, true, false, false, false]),
      delivers('single', [true]),
      delivers('list of one', [true]),
      delivers('nobody', [false]),
      delivers('no list', [false]),
    ),
    killedBy: [
      'says-delivered-of-whole-list',
      'answers-without-unknown-sockets',
      'sorts-results',
      'answers-each-socket-once',
      'says-delivered-of-words-of-its-language',
      'splits-ids-at-commas',
    ],
  },
  {
    id: 'socket.ending.not-delivered',
    proves: 'socket.send.results',
    needs: ['webhooks'],
    drive: async (drive) => {
      const holding = holdBack(drive)
      const socket = await drive.sockets.connect('page', undefined, {
        replying: answering('closed', holding.reply),
      })
      await drive.sockets.send('before', socket.id, 'hello')
      await socket.page.texts(1)
      socket.page.close(1000)
      await socket.webhooks.event('closed')
      await drive.sockets.send('after', socket.id, 'hello')
      holding.release()
    },
    control: all(heard('page', 'closed'), gotText('page', 'hello')),
    judge: all(delivers('before', [true]), delivers('after', [false])),
    killedBy: ['says-delivered-until-closed-is-answered'],
  },
  {
    id: 'socket.largest-send.taken',
    proves: 'socket.send.whole',
    needs: ['webhooks'],
    drive: async (drive) => {
      const { sockets_per_send: most = 1, data_bytes: longest = 0 } = drive.advertised.limits
      const socket = await drive.sockets.connect('page')
      const others = Array.from({ length: most - 1 }, (_, at) => `${at}`.padStart(64, 'n'))
      const ids = JSON.stringify([...others, socket.id])
      await drive.call('application', 'POST', '/v1/sockets/messages', {
        body: `{"sockets":${ids},"body":"${'\\u0041'.repeat(longest)}"}`,
      })
      await drive.call('control characters', 'POST', '/v1/sockets/messages', {
        body: `{"sockets":${ids},"body":"${'\\u0001'.repeat(longest)}"}`,
      })
      await fence(drive, socket)
    },
    control: gotText('page', FENCE),
    judge: all(
      answered('application', 200),
      answered('control characters', 200),
      gotInOrder('page', ({ limits }) =>
        ['A', '\u0001'].map((letter) => fill(letter, limits.data_bytes ?? 0)),
      ),
    ),
    killedBy: ['refuses-large-sends', 'takes-half-as-many-sockets', 'drops-long-texts-to-pages'],
  },
  {
    id: 'socket.bad-list.refused',
    proves: 'socket.send.refuse',
    drive: async (drive) => {
      await drive.sockets.send('control', ['nobody-has-had-this-id'], 'hello')
      await Promise.all(
        Object.entries(BAD_LISTS).map(([as, list]) => drive.sockets.send(as, list, 'hello')),
      )
    },
    control: answered('control', 200),
    judge: all(...Object.keys(BAD_LISTS).map((as) => refused(as, 'malformed-request'))),
    killedBy: ['takes-empty-list', 'turns-sockets-into-text', 'sends-to-nobody-without-sockets'],
  },
  {
    id: 'socket.long-list.refused',
    proves: 'socket.send.refuse',
    drive: async (drive) => {
      const most = drive.advertised.limits.sockets_per_send ?? 1
      const ids = Array.from({ length: most + 1 }, (_, at) => `nobody-has-had-this-id-${at}`)
      await drive.sockets.send('control', ids.slice(1), 'hello')
      await drive.sockets.send('one more', ids, 'hello')
      await drive.sockets.send('one more, all alike', ids.fill('nobody'), 'hello')
    },
    control: answered('control', 200),
    judge: all(
      refused('one more', 'malformed-request'),
      refused('one more, all alike', 'malformed-request'),
    ),
    killedBy: ['takes-longer-lists', 'counts-different-sockets'],
  },
  {
    id: 'socket.bad-body.refused',
    proves: 'socket.body.refuse',
    drive: async (drive) => {
      await drive.sockets.send('control', 'nobody-has-had-this-id', '')
      await Promise.all(
        Object.entries(BAD_BODIES).map(([as, body]) =>
          drive.sockets.send(as, 'nobody-has-had-this-id', body),
        ),
      )
    },
    control: answered('control', 200),
    judge: all(...Object.keys(BAD_BODIES).map((as) => refused(as, 'invalid-data'))),
    killedBy: ['takes-absent-body-for-empty', 'turns-bodies-into-text'],
  },
  {
    id: 'socket.too-long-body.refused',
    proves: 'socket.body.too-large',
    drive: async (drive) => {
      const longest = fill('é', drive.advertised.limits.data_bytes ?? 0)
      await drive.sockets.send('control', 'nobody-has-had-this-id', longest)
      await Promise.all(
        Object.entries(TOO_LONG_TEXTS).map(([as, text]) =>
          drive.sockets.send(as, 'nobody-has-had-this-id', text(drive.advertised)),
        ),
      )
    },
    control: answered('control', 200),
    judge: all(...Object.keys(TOO_LONG_TEXTS).map(refusedAsTooLarge)),
    killedBy: ['takes-longer-bodies', 'counts-bodies-in-characters', 'hides-limit-of-bodies'],
  },
]
