/** Checks of the chapter socket, section sending: what goes to all sockets at once. Each has a service for itself. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { holdBack } from '../drive/holding.ts'
import type { ConnectedSocket } from '../drive/page-sockets.ts'
import { answering } from '../drive/socket-life.ts'
import { all } from '../judges/finding.ts'
import { arrived, refusedAsTooLarge } from '../judges/message.ts'
import { refused } from '../judges/problem.ts'
import { arrivedOn } from '../judges/socket-handshake.ts'
import { gotText, heard } from '../judges/socket-messages.ts'
import {
  delivers,
  gotInOrder,
  gotNone,
  gotNothingOf,
  reaches,
  refusedOrReplacedOn,
} from '../judges/socket-sending.ts'
import { BAD_BODIES } from './socket-sending.ts'
import { DELICATE_TEXTS, fill, LONGEST_TEXTS, TOO_LONG_TEXTS } from './socket-texts.ts'

const READY = 'ready'
const FENCE = 'that was all'
/** Texts with half of a character, by where it stands. */
const LONE_SURROGATES: Readonly<Record<string, string>> = {
  high: '\ud83d and more',
  low: '\ude00 and more',
  'at the end': 'and \ud83d',
}

/** A socket that the application has accepted: text that was sent to it has arrived. */
async function accept(drive: Drive, as: string, path?: string): Promise<ConnectedSocket> {
  const socket = await drive.sockets.connect(as, path)
  await drive.sockets.send(`to ${as}`, socket.id, READY)
  await socket.page.texts(1)
  return socket
}

async function broadcastEach(drive: Drive, as: string, texts: readonly string[]): Promise<void> {
  for (const text of texts) await drive.sockets.broadcast(as, text)
}

async function fence(drive: Drive, sockets: readonly ConnectedSocket[]): Promise<void> {
  await drive.sockets.send(
    'fence',
    sockets.map(({ id }) => id),
    FENCE,
  )
  await Promise.all(
    sockets.map(({ page }) => page.frames.find(({ text }) => text === FENCE, drive.patienceMs)),
  )
}

/** In the order of the chapter. */
export const SOCKET_BROADCAST_CHECKS: readonly Check[] = [
  {
    id: 'socket.broadcast.delivered',
    proves: 'socket.broadcast.all',
    needs: ['webhooks'],
    alone: ['sockets'],
    drive: async (drive) => {
      const one = await accept(drive, 'one', drive.sockets.path('/room'))
      const others = await Promise.all([
        accept(drive, 'other'),
        accept(drive, 'deep', drive.sockets.path('/room')),
      ])
      await broadcastEach(drive, 'application', DELICATE_TEXTS)
      await broadcastEach(drive, 'long', LONGEST_TEXTS(drive.advertised))
      await fence(drive, [one, ...others])
    },
    control: all(...['one', 'other', 'deep'].map((as) => gotText(as, FENCE))),
    judge: all(
      ...['one', 'other', 'deep'].map((as) =>
        gotInOrder(as, (advertised) => [...DELICATE_TEXTS, ...LONGEST_TEXTS(advertised)]),
      ),
      reaches('application', 3),
    ),
    killedBy: [
      'broadcasts-to-one-path',
      'trims-texts-to-pages',
      'drops-empty-texts-to-pages',
      'sends-texts-beyond-ascii-as-binary',
      'rewrites-objects-to-pages',
      'drops-long-texts-to-pages',
      'drops-repeated-texts-to-pages',
      'overtakes-long-texts-to-pages',
      'counts-one-socket-less',
    ],
  },
  {
    id: 'socket.broadcast.from-handler',
    proves: 'socket.broadcast.all',
    needs: ['webhooks'],
    alone: ['sockets'],
    drive: async (drive) => {
      const holding = holdBack(drive)
      const sender = await drive.sockets.connect('sender', undefined, {
        replying: answering('message', holding.reply),
      })
      const other = await accept(drive, 'other')
      sender.page.send('to everybody')
      await sender.webhooks.event('message')
      await drive.sockets.broadcast('application', 'to everybody')
      await Promise.all([
        sender.page.texts(1),
        other.page.frames.find(({ text }) => text === 'to everybody', drive.patienceMs),
      ])
      holding.release()
    },
    control: heard('sender', 'message'),
    judge: all(
      gotInOrder('sender', ['to everybody']),
      gotInOrder('other', ['to everybody']),
      reaches('application', 2),
    ),
    killedBy: [
      'broadcasts-without-sender',
      'broadcasts-to-one-path',
      'keeps-texts-while-message-waits',
      'counts-one-socket-less',
    ],
  },
  {
    id: 'socket.broadcast.counted',
    proves: 'socket.broadcast.all',
    needs: ['webhooks', 'exec'],
    drive: async (drive) => {
      const holding = holdBack(drive)
      const { drive: own, webhooks } = await drive.launch('service')
      // Each socket of the service is watched on its own.
      webhooks.forget()
      await own.sockets.broadcast('to nobody', 'hello')
      const [one, over] = [await accept(own, 'one'), await accept(own, 'over')]
      await accept(own, 'other')
      await own.sockets.broadcast('to three', 'hello')
      over.page.close(1000)
      await over.webhooks.event('closed')
      const untold = holdBack(drive)
      const ending = await own.sockets.connect('ending', undefined, {
        replying: answering('closed', untold.reply),
      })
      ending.page.close(1000)
      await ending.webhooks.event('closed')
      const pending = await own.sockets.connect('pending', undefined, {
        replying: () => holding.reply,
      })
      await own.sockets.broadcast('to two', 'hello')
      untold.release()
      holding.release()
      await own.sockets.send('to pending', pending.id, READY)
      await fence(own, [one])
    },
    control: all(gotText('one', FENCE), heard('over', 'closed'), heard('pending', 'handshake')),
    judge: all(reaches('to nobody', 0, 0), reaches('to three', 3, 3), reaches('to two', 2, 2)),
    killedBy: [
      'counts-one-socket-less',
      'counts-sockets-that-end',
      'broadcasts-to-pending-sockets',
      'broadcasts-to-one-path',
    ],
  },
  {
    id: 'socket.broadcast.pending-skipped',
    proves: 'socket.broadcast.pending',
    needs: ['webhooks'],
    alone: ['sockets'],
    drive: async (drive) => {
      const holding = holdBack(drive)
      const control = await accept(drive, 'control')
      const pending = await drive.sockets.connect('pending', undefined, {
        replying: answering('handshake', holding.reply),
      })
      await drive.sockets.send('to pending', pending.id, 'before')
      await drive.sockets.broadcast('application', 'to everybody')
      holding.release()
      await fence(drive, [control, pending])
    },
    control: all(
      delivers('to pending', [true]),
      gotText('control', 'to everybody'),
      gotText('pending', FENCE),
    ),
    judge: gotNone('pending', ['to everybody']),
    killedBy: ['broadcasts-to-pending-sockets'],
  },
  {
    id: 'socket.broadcast.off-channels',
    proves: 'socket.broadcast.isolated',
    needs: ['webhooks'],
    alone: ['sockets'],
    drive: async (drive) => {
      const clientId = drive.clientId()
      const channel = await drive.connect('channel', clientId)
      const control = await accept(drive, 'control')
      const text = drive.text()
      await drive.sockets.broadcast('application', text)
      await control.page.frames.find((frame) => frame.text === text, drive.patienceMs)
      const last = drive.text()
      await drive.post('fence', clientId, last)
      await channel.message(last)
    },
    control: all(arrivedOn('control', 'application'), arrived('channel', 'fence')),
    judge: gotNothingOf('channel', 'application'),
    killedBy: ['broadcasts-to-channels-too'],
  },
  {
    id: 'socket.lone-surrogate.replaced',
    proves: 'socket.body.surrogate',
    needs: ['webhooks'],
    alone: ['sockets'],
    drive: async (drive) => {
      const socket = await accept(drive, 'page')
      for (const [as, text] of Object.entries(LONE_SURROGATES)) {
        await drive.sockets.send(as, socket.id, `${as} ${text}`)
        await drive.sockets.broadcast(`${as} for all`, `${as} for all ${text}`)
      }
      await fence(drive, [socket])
    },
    control: gotText('page', FENCE),
    judge: all(
      ...Object.keys(LONE_SURROGATES).map((as) =>
        all(refusedOrReplacedOn('page', as), refusedOrReplacedOn('page', `${as} for all`)),
      ),
    ),
    killedBy: ['cuts-lone-surrogates-out-of-bodies'],
  },
  {
    id: 'socket.bad-broadcast.refused',
    proves: 'socket.body.refuse',
    alone: ['sockets'],
    drive: async (drive) => {
      await drive.sockets.broadcast('control', '')
      await Promise.all(
        Object.entries(BAD_BODIES).map(([as, body]) => drive.sockets.broadcast(as, body)),
      )
    },
    control: reaches('control', 0),
    judge: all(...Object.keys(BAD_BODIES).map((as) => refused(as, 'invalid-data'))),
    killedBy: ['takes-absent-body-for-empty', 'turns-bodies-into-text'],
  },
  {
    id: 'socket.too-long-broadcast.refused',
    proves: 'socket.body.too-large',
    alone: ['sockets'],
    drive: async (drive) => {
      const { data_bytes: longest = 0 } = drive.advertised.limits
      await drive.sockets.broadcast('control', fill('é', longest))
      await Promise.all(
        Object.entries(TOO_LONG_TEXTS).map(([as, text]) =>
          drive.sockets.broadcast(as, text(drive.advertised)),
        ),
      )
    },
    control: reaches('control', 0),
    judge: all(...Object.keys(TOO_LONG_TEXTS).map(refusedAsTooLarge)),
    killedBy: ['takes-longer-bodies', 'counts-bodies-in-characters', 'hides-limit-of-bodies'],
  },
]
