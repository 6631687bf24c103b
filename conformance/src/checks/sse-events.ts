/** Checks of the chapter on event streams about what is sent: the form of events, their data, their ids, and the heartbeat. */

import type { Check } from '../check.ts'
import { broadcastOn, startBroadcasting } from '../drive/broadcasting.ts'
import type { Drive } from '../drive/drive.ts'
import { welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import {
  accepted,
  arrived,
  countsConnections,
  dataOf,
  delivered,
  inOrder,
  onlyOwn,
} from '../judges/message.ts'
import { undisturbed } from '../judges/neighbour.ts'
import { formed, identified, unidentified } from '../judges/sse.ts'
import { quickerThan, silentForABeat, stillYoung, WAITED } from '../judges/sse-ending.ts'
import { BROADCASTS } from '../judges/stream.ts'
import { heartbeats, promises } from '../judges/timer.ts'
import { neverReached } from '../judges/token.ts'
import { latestOf, latestSeconds } from '../timeline/latest.ts'
import { readObject } from '../timeline/timeline.ts'

/** Data that a careless writer of events would change, cut or end an event with. */
const AWKWARD_DATA: readonly string[] = [
  'plain',
  'LF \n in the middle',
  'CR \r in the middle',
  'CRLF \r\n in the middle',
  '\n',
  '\r',
  '\r\n\r\n',
  'ends with LF\n',
  'NUL \u0000 in the middle',
  '\u0000',
  ' one space first',
  '  two spaces first, two last  ',
  ' ',
  '\ttabs\t',
  'separators \u2028 and \u2029 and \u0085 and \u000b',
  '\ufeffa byte order mark first',
  ': a comment',
  'id: 7',
  'retry: 1',
  'data: x\n\nevent: close\nid: closed-4009\ndata: {"type":"close","code":4009,"reason":"replaced"}\n\n',
  '\n\nevent: message\ndata: {"type":"message"}\n\n',
  '{"type":"close","code":4009,"reason":"replaced"}',
  '"quotes" and \\backslashes\\ and \\n and \\u0000',
  'Ünï A\u030a 漢字 👩‍👧 \u{10ffff}',
]

const EVERYBODY = ['client', 'other client'] as const
const MANY = 25
const BURST = 8
const SHORT = 2
/** How often a heartbeat is waited for that other events put off. */
const MOST_WAITS = 3
/** Seconds after `expires_at` at which a token has expired for every clock that runs at the right speed. */
const AFTER = 0.1
/** Seconds in which an expired stream is ended, and some more for one that is ended too late. */
const CLOSING = 4

function texts(drive: Drive, count: number): string[] {
  return Array.from({ length: count }, () => drive.text())
}

/** Texts that are as long as they may be. */
function largeData({ advertised }: Drive): string[] {
  const bytes = advertised.limits.data_bytes ?? 0
  return ['x'.repeat(bytes), '€'.repeat(Math.floor(bytes / 3)), '\n'.repeat(bytes)]
}

/** Posts texts that must arrive unchanged, on a stream and on a WebSocket beside it. */
function dataCheck(
  id: string,
  textsOf: (drive: Drive) => readonly string[],
  killedBy: Check['killedBy'],
): Check {
  return {
    id,
    proves: 'sse.event.data',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const stream = await drive.streams.connect('client', clientId)
      const texts = textsOf(drive)
      await postToTwin(drive, texts)
      for (const data of texts) await drive.post('post', clientId, data)
      const fence = drive.text()
      await drive.post('fence', clientId, fence)
      await stream.message(fence)
    },
    control: all(delivered('twin', 'twin post'), accepted('post'), stillYoung('client')),
    judge: all(delivered('client', 'post'), arrived('client', 'fence')),
    killedBy,
  }
}

/** In the order of the chapter. */
export const SSE_EVENT_CHECKS: readonly Check[] = [
  {
    id: 'sse.message-event.formed',
    proves: 'sse.event.form',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const stream = await drive.streams.connect('client', clientId)
      await drive.post('post', clientId, 'short')
      await drive.post('post', clientId, 'long '.repeat(5000))
      const fence = drive.text()
      await drive.post('post', clientId, fence)
      await stream.message(fence)
    },
    control: all(welcomed('client'), accepted('post')),
    judge: formed('client', 4),
    killedBy: [
      'names-no-events',
      'names-events-envelope',
      'streams-long-data-alone',
      'streams-long-envelopes-in-a-list',
      'sends-long-messages-in-a-list',
    ],
  },
  {
    id: 'sse.broadcast-event.formed',
    proves: 'sse.event.form',
    profiles: ['broadcast'],
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const stream = await drive.streams.connect('client', drive.clientId())
      await broadcasting.fence('post', stream)
    },
    control: all(welcomed('client'), accepted('post'), arrived('client', 'post', BROADCASTS)),
    judge: formed('client', 2),
    killedBy: ['names-no-events', 'names-events-envelope', 'names-broadcasts-messages-on-streams'],
  },
  dataCheck('sse.awkward-data.delivered', () => AWKWARD_DATA, [
    'breaks-data-at-line-ends',
    'breaks-data-at-carriage-returns',
    'streams-nul-as-nothing',
    'ends-lines-at-separators',
    'trims-data-on-streams',
    'streams-ascii-alone',
  ]),
  dataCheck('sse.large-data.delivered', largeData, [
    'cuts-large-data-on-streams',
    'streams-ascii-alone',
    'breaks-data-at-line-ends',
    'streams-long-data-alone',
    'streams-long-envelopes-in-a-list',
  ]),
  {
    id: 'sse.messages.delivered',
    proves: 'sse.event.delivered',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const other = drive.clientId()
      await drive.post('before', clientId, drive.text())
      const stream = await drive.streams.connect('client', clientId)
      const neighbour = await drive.streams.connect('neighbour', other)
      await drive.post('other', other, drive.text())
      await Promise.all(texts(drive, BURST).map((text) => drive.post('burst', clientId, text)))
      for (const text of texts(drive, MANY)) await drive.post('post', clientId, text)
      const fence = drive.text()
      await drive.post('fence', clientId, fence)
      await drive.post('other', other, fence)
      await Promise.all([stream.message(fence), neighbour.message(fence)])
    },
    control: all(
      quickerThan('sse_lifetime_seconds'),
      accepted('post'),
      arrived('client', 'fence'),
      arrived('neighbour', 'other'),
    ),
    judge: all(
      undisturbed('client', 'burst'),
      undisturbed('client', 'post'),
      inOrder('client'),
      onlyOwn('neighbour', 'other'),
    ),
    killedBy: [
      'streams-messages-twice',
      'skips-messages-on-streams',
      'delivers-in-reverse-order',
      'swaps-messages-on-streams',
    ],
  },
  {
    id: 'sse.stream.counted',
    proves: 'sse.event.delivered',
    drive: async (drive) => {
      const clientId = drive.clientId()
      await drive.post('away', clientId, drive.text())
      const stream = await drive.streams.connect('client', clientId)
      const data = drive.text()
      await drive.post('there', clientId, data)
      await stream.message(data)
      await postToTwin(drive, [drive.text()])
    },
    control: all(countsConnections('twin post', 1), countsConnections('away', 0)),
    judge: all(arrived('client', 'there'), countsConnections('there', 1)),
    killedBy: ['counts-streams-as-nobody'],
  },
  {
    id: 'sse.broadcasts.delivered',
    proves: 'sse.event.delivered',
    profiles: ['broadcast'],
    alone: ['broadcasts'],
    slow: true,
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const stream = await drive.streams.connect('client', drive.clientId())
      const other = await drive.streams.connect('other client', drive.clientId())
      for (const text of texts(drive, MANY)) await broadcasting.post('post', text)
      await broadcasting.postTogether('burst', texts(drive, BURST))
      await broadcasting.fence('fence', stream, other)
    },
    control: all(
      quickerThan('sse_lifetime_seconds'),
      accepted('post'),
      ...EVERYBODY.map((as) => arrived(as, 'fence', BROADCASTS)),
    ),
    judge: all(
      ...EVERYBODY.flatMap((as) => [
        undisturbed(as, 'burst', BROADCASTS),
        undisturbed(as, 'post', BROADCASTS),
        inOrder(as, BROADCASTS),
      ]),
    ),
    killedBy: ['skips-broadcasts-on-streams', 'broadcasts-in-reverse-order', 'broadcasts-twice'],
  },
  {
    id: 'sse.expired-stream.silent',
    proves: 'sse.event.delivered',
    waitSeconds: () => SHORT + 2,
    drive: async (drive) => {
      const clientId = drive.clientId()
      const stream = await drive.streams.connect('client', clientId, { ttlSeconds: SHORT })
      const early = drive.text()
      await drive.post('control', clientId, early)
      await stream.message(early)
      await drive.pass(SHORT + AFTER)
      await drive.post('defect', clientId, drive.text())
      await stream.ended(CLOSING * 1000)
    },
    control: arrived('client', 'control'),
    judge: neverReached('client', dataOf('defect')),
    killedBy: ['delivers-after-expiry'],
  },
  {
    id: 'sse.event.identified',
    proves: 'sse.event.id',
    drive: async (drive) => {
      const clientId = drive.clientId()
      const stream = await drive.streams.connect('client', clientId)
      const [one = '', two = ''] = texts(drive, 2)
      await drive.post('post', clientId, one)
      await drive.post('post', clientId, two)
      await stream.message(two)
    },
    control: all(welcomed('client'), accepted('post')),
    judge: all(identified('client', 'welcome'), identified('client', 'message')),
    killedBy: ['identifies-no-welcome', 'identifies-no-messages'],
  },
  {
    id: 'sse.broadcast-event.identified',
    proves: 'sse.event.id',
    profiles: ['broadcast'],
    alone: ['broadcasts'],
    drive: async (drive) => {
      const broadcasting = startBroadcasting(drive)
      const stream = await drive.streams.connect('client', drive.clientId())
      const data = drive.text()
      await broadcasting.post('post', data)
      await broadcastOn(stream, data)
    },
    control: all(welcomed('client'), accepted('post')),
    judge: identified('client', 'broadcast'),
    killedBy: ['identifies-no-broadcasts'],
  },
  {
    id: 'sse.heartbeat.unidentified',
    proves: 'sse.event.id',
    profiles: ['robust'],
    waitSeconds: latestOf('heartbeat_seconds'),
    drive: async (drive) => {
      const stream = await drive.streams.connect('client', drive.clientId())
      await awaitHeartbeats(drive, stream, 1)
    },
    control: welcomed('client'),
    judge: all(identified('client', 'welcome'), unidentified('client', 'heartbeat')),
    killedBy: ['identifies-heartbeats', 'identifies-heartbeats-emptily', 'identifies-no-welcome'],
  },
  {
    id: 'sse.silence.announced',
    proves: 'sse.heartbeat.sent',
    profiles: ['robust'],
    waitSeconds: latestOf('heartbeat_seconds', 'heartbeat_seconds'),
    drive: async (drive) => {
      const stream = await drive.streams.connect('client', drive.clientId())
      if (await awaitHeartbeats(drive, stream, 1)) await awaitHeartbeats(drive, stream, 2)
    },
    control: all(welcomed('client'), stillYoung('client'), silentForABeat('client', 2)),
    judge: all(heartbeats('client', 2), promises('client')),
    killedBy: [
      'sends-streams-no-heartbeat',
      'sends-streams-heartbeats-late',
      'sends-streams-comments-for-heartbeats',
      'sends-streams-one-heartbeat',
      'sends-one-heartbeat',
      'promises-heartbeats-later',
    ],
  },
]

/** Posts to a WebSocket as role `twin`: what is wrong there too says nothing of streams. */
async function postToTwin(drive: Drive, texts: readonly string[]): Promise<void> {
  const clientId = drive.clientId()
  const twin = await drive.connect('twin', clientId)
  for (const data of texts) await drive.post('twin post', clientId, data)
  const fence = drive.text()
  await drive.post('twin fence', clientId, fence)
  await twin.message(fence)
}

/** Waits for this many heartbeats, of which all but one have come, longer where other events put it off; whether it came. */
async function awaitHeartbeats(
  drive: Drive,
  { frames }: Awaited<ReturnType<Drive['streams']['connect']>>,
  count: number,
): Promise<boolean> {
  const latestMs = latestSeconds(drive.advertised, 'heartbeat_seconds') * 1000
  const isBeat = ({ text }: { readonly text: string }): boolean =>
    readObject(text)?.type === 'heartbeat'
  let beats = 0
  for (let waits = 0; waits < MOST_WAITS && beats < count; waits += 1) {
    const seen = frames.entries.length
    beats = (await frames.collect(count, isBeat, latestMs)).length
    if (frames.entries.length === seen) break
  }
  drive.note(WAITED, 'a heartbeat was waited for')
  return beats >= count
}
