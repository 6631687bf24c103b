/** Checks of the chapter connection about takeover and about how a connection ends. */

import type { Check } from '../check.ts'
import { closed, closedSaying, welcomed } from '../judges/connection.ts'
import { answeredClose, constantEpoch, split } from '../judges/connection-takeover.ts'
import { all } from '../judges/finding.ts'
import { accepted, arrived } from '../judges/message.ts'

/** What a client may send, though it has nothing to say. */
const CLIENT_DATA: Readonly<Record<string, string | Buffer>> = {
  text: 'hello',
  empty: '',
  binary: Buffer.from([1, 2, 3]),
  largest: 'x'.repeat(4096),
}

/** Codes with which a client closes; `undefined` is an empty Close. */
const CLIENT_CLOSES: Readonly<Record<string, number | undefined>> = {
  goodbye: 1000,
  'without code': undefined,
  leaving: 1001,
  'own code': 4999,
}

/** Posts before, during and after a takeover; few enough to be over soon. */
const BEFORE = 3
const DURING = 8
const AFTER = 2

/** More posts than a service gives itself away with at once. */
const MANY = 25

/** In the order of the chapter. */
export const CONNECTION_TAKEOVER_CHECKS: readonly Check[] = [
  {
    id: 'connection.older.replaced',
    proves: 'connection.takeover.close',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const old = await drive.connect('old', clientId)
      await drive.connect('new', clientId)
      await old.ended()
    },
    control: all(welcomed('old'), welcomed('new')),
    judge: closedSaying('old', 'replaced'),
    killedBy: [
      'keeps-old-connection-on-takeover',
      'calls-takeover-draining',
      'closes-without-reason',
    ],
  },
  {
    id: 'connection.takeover.split',
    proves: 'connection.takeover.split',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const old = await drive.connect('old', clientId)
      const post = (): Promise<unknown> => drive.post('post', clientId, drive.text())
      for (let posts = 0; posts < BEFORE; posts += 1) await post()
      let isThere = false
      const coming = drive.connect('new', clientId).then((connection) => {
        isThere = true
        return connection
      })
      // Where it fails while posts are under way, it is waited for only after them.
      coming.catch(() => {})
      for (let posts = 0; posts < DURING && !isThere; posts += 1) await post()
      const current = await coming
      for (let posts = 0; posts < AFTER; posts += 1) await post()
      const fence = drive.text()
      await drive.post('fence', clientId, fence)
      await current.message(fence)
      await old.ended()
    },
    control: all(welcomed('old'), welcomed('new'), arrived('new', 'fence')),
    judge: split('old', 'new', 'post'),
    killedBy: [
      'repeats-newest-message-after-takeover',
      'loses-message-after-takeover',
      'welcomes-with-older-seq',
      'welcomes-with-seq-zero',
    ],
  },
  {
    id: 'connection.client-data.closed',
    proves: 'connection.data.refused',
    drive: async (drive) => {
      const silent = drive.clientId()
      const control = await drive.connect('control', silent)
      for (const [as, data] of Object.entries(CLIENT_DATA)) {
        const connection = await drive.connect(as, drive.clientId())
        connection.send(data)
        await connection.ended()
      }
      const fence = drive.text()
      await drive.post('fence', silent, fence)
      await control.message(fence)
    },
    control: all(
      ...['control', ...Object.keys(CLIENT_DATA)].map(welcomed),
      arrived('control', 'fence'),
    ),
    judge: all(...Object.keys(CLIENT_DATA).map((as) => closed(as, 'protocol-violation'))),
    killedBy: [
      'tolerates-empty-frames',
      'tolerates-largest-frames',
      'calls-client-data-unsupported',
    ],
  },
  {
    id: 'connection.client-close.answered',
    proves: 'connection.close.answered',
    drive: async (drive) => {
      for (const [as, code] of Object.entries(CLIENT_CLOSES)) {
        const connection = await drive.connect(as, drive.clientId())
        connection.close(code)
        await connection.ended()
      }
    },
    control: all(...Object.keys(CLIENT_CLOSES).map(welcomed)),
    judge: all(...Object.entries(CLIENT_CLOSES).map(([as, code]) => answeredClose(as, code))),
    killedBy: ['leaves-close-unanswered', 'answers-only-goodbye', 'answers-every-close-alike'],
  },
  {
    id: 'connection.epoch.kept',
    proves: 'connection.epoch.constant',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.post('before', clientId, drive.text())
      await drive.connect('client', clientId)
      for (let posts = 0; posts < MANY; posts += 1) {
        await drive.post('post', clientId, drive.text())
      }
    },
    control: all(welcomed('client'), accepted('post')),
    judge: constantEpoch('client', 'post'),
    killedBy: ['changes-epoch-silently', 'welcomes-with-another-epoch'],
  },
]
