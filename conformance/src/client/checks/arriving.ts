/** Checks of what a client gives its page, and of what it passes over. */

import { all, fail, type Judge, PASS } from '../../judges/finding.ts'
import type { ClientCheck } from '../check.ts'
import type { Attempt } from '../drive/attempt.ts'
import type { ClientDrive } from '../drive/drive.ts'
import { attemptsOf, givenOf, LATE } from '../judges/reading.ts'
import { given, givenOnce, toldAtMost } from '../judges/told.ts'
import { wasOpen } from '../judges/waits.ts'
import { EPOCH } from '../places.ts'

/** Texts that a careless program changes. */
const TEXTS = [
  ' with spaces around it ',
  '"quotes", \\ and </script>',
  'lines\r\nand\u0000and\u2028',
  '\u{1f427} \u00e9 e\u0301 \ufeff',
  '{"json":["in",1.50]}',
  'x'.repeat(32_767),
]

const [MESSAGES, BROADCASTS, MIXED, EPOCHS] = ['messages', 'broadcasts', 'mixed', 'epochs'] as const

/** Messages and broadcasts, apart and mixed, and messages that begin a new epoch with the numbers of the old one. */
async function sendMany(drive: ClientDrive): Promise<void> {
  const broadcasts = { broadcast_epoch: EPOCH, broadcast_seq: 0 }
  await Promise.all([
    (async () => {
      const channel = drive.open(MESSAGES)
      const attempt = await channel.connected()
      for (const [index, text] of TEXTS.entries()) attempt.message(index + 1, text)
      await channel.told('message', TEXTS.length)
    })(),
    (async () => {
      const channel = drive.open(BROADCASTS)
      const attempt = await channel.connected(broadcasts)
      for (const [index, text] of TEXTS.entries()) attempt.broadcast(index + 1, text)
      await channel.told('broadcast', TEXTS.length)
    })(),
    (async () => {
      const channel = drive.open(MIXED)
      const attempt = await channel.connected(broadcasts)
      for (const seq of [1, 2]) {
        attempt.message(seq, `message ${seq}`)
        attempt.broadcast(seq, `broadcast ${seq}`)
      }
      attempt.broadcast(3, 'broadcast 3')
      attempt.message(3, 'message 3')
      await channel.told('message', 3)
      await channel.told('broadcast', 3)
    })(),
    (async () => {
      const channel = drive.open(EPOCHS)
      const attempt = await channel.connected()
      attempt.message(1, 'old 1')
      attempt.message(2, 'old 2')
      await channel.told('message', 2)
      attempt.close(4202, 'state-lost')
      const next = await channel.next(1 + LATE * 2)
      next?.welcome({ epoch: EPOCH + 1_000_000 })
      next?.message(1, 'new 1')
      next?.message(2, 'new 2')
      await channel.told('message', 4)
    })(),
  ])
}

const [TYPES, MEMBERS, BAD, BINARY] = ['types', 'members', 'bad', 'binary'] as const
const LAST = 'the last'

/** Things that a client does not know, and things that nobody knows; then a message. */
async function sendStrange(drive: ClientDrive): Promise<void> {
  const send = async (role: string, strange: (attempt: Attempt) => void): Promise<void> => {
    const channel = drive.open(role)
    const attempt = await channel.connected({ of_a_later_revision: { and: ['more'] } })
    await channel.told('open')
    strange(attempt)
    await channel.told('message')
  }
  await Promise.all([
    send(TYPES, (attempt) => {
      attempt.envelope({
        type: 'of-a-later-revision',
        seq: 1,
        data: 'not for the page',
        code: 4000,
      })
      attempt.envelope({ type: 'Message', id: 'm', seq: 1, data: 'not for the page' })
      attempt.envelope({ type: '' })
      // In JavaScript, every object has something by these names.
      for (const type of ['constructor', 'toString', '__proto__'])
        attempt.envelope({ type, seq: 1 })
      attempt.message(1, LAST)
    }),
    send(MEMBERS, (attempt) => {
      attempt.envelope({ type: 'heartbeat', after_seconds: 1, code: 4000 })
      attempt.message(1, LAST, { of_a_later_revision: [1], code: 4000 })
    }),
    send(BAD, (attempt) => {
      for (const frame of ['no JSON', '', '[]', '"message"', 'null', '7', '{}', '{"type":7}', '{'])
        attempt.text(frame)
      attempt.message(1, LAST)
    }),
    send(BINARY, (attempt) => {
      attempt.binary(Buffer.from([0, 255, 1, 128]))
      attempt.message(1, LAST)
    }),
  ])
}

/** The page is given the last message and nothing else, and the connection stands. */
function survives(role: string): Judge {
  return all(
    given(role, [LAST]),
    toldAtMost(role, 0, 'error', 'close', 'broadcast'),
    (timeline) => {
      const [first, second] = attemptsOf(timeline, role)
      return second || first?.end
        ? fail(`${role}: one connection that stands`, 'it ended', second?.event ?? first?.end)
        : PASS
    },
  )
}

const TAKEN_OVER = 'taken-over'
const OTHER_EPOCH = 'other-epoch'
const RENEWAL_SECONDS = 4

/** Two connections of one client at once, of which the newer repeats what the older had brought. */
async function repeat(drive: ClientDrive): Promise<void> {
  const cursors = {
    cursor: 'start',
    broadcast_cursor: 'b-start',
    broadcast_epoch: EPOCH,
    broadcast_seq: 0,
  }
  const channel = drive.open(TAKEN_OVER)
  const old = await channel.connected({ ...cursors, expires_in_seconds: RENEWAL_SECONDS })
  for (const seq of [1, 2]) {
    old.message(seq, `message ${seq}`)
    old.broadcast(seq, `broadcast ${seq}`)
  }
  await channel.told('message', 2)
  const fresh = await takeOver()
  for (const seq of [1, 2, 3]) {
    fresh?.message(seq, `message ${seq}`)
    fresh?.broadcast(seq, `broadcast ${seq}`)
  }
  await channel.told('message', 3)
  await channel.told('broadcast', 3)
  await repeatInOtherEpoch(drive)
  await drive.fence()

  /** A client that does not connect anew comes back when its token has died. */
  async function takeOver(): Promise<Attempt | undefined> {
    const renewed = await channel.next(RENEWAL_SECONDS)
    if (!renewed) old.close(4300, 'token-expired')
    const attempt = renewed ?? (await channel.next(1 + LATE * 2))
    attempt?.welcome({ ...cursors, resumed: true })
    if (renewed) old.close(4009, 'replaced')
    return attempt
  }
}

/** The messages begin a new epoch, and the broadcasts go on in theirs. */
async function repeatInOtherEpoch(drive: ClientDrive): Promise<void> {
  const broadcasts = { broadcast_epoch: EPOCH, broadcast_seq: 0 }
  const channel = drive.open(OTHER_EPOCH)
  const old = await channel.connected(broadcasts)
  old.broadcast(1, 'broadcast 1')
  await channel.told('broadcast')
  old.close(4202, 'state-lost')
  const fresh = await channel.next(1 + LATE * 2)
  fresh?.welcome({ ...broadcasts, epoch: EPOCH + 1_000_000 })
  fresh?.broadcast(1, 'broadcast 1')
  fresh?.broadcast(2, 'broadcast 2')
  await channel.told('broadcast', 2)
}

/** Something new came through after what was repeated. */
const wasGivenAll: Judge = (timeline) =>
  givenOf(timeline, TAKEN_OVER).includes('message 3') &&
  givenOf(timeline, TAKEN_OVER, 'broadcast').includes('broadcast 3')
    ? PASS
    : fail('the page is given the last message and broadcast', 'it was not')

/** Checks of what arrives. */
export const CLIENT_ARRIVAL_CHECKS: readonly ClientCheck[] = [
  {
    id: 'client.message.given',
    proves: 'client.message.given',
    drive: sendMany,
    judge: all(given(MESSAGES, TEXTS), given(MIXED, ['message 1', 'message 2', 'message 3'])),
    killedBy: ['drops-long-messages', 'trims-data', 'one-memory-for-both-streams'],
  },
  {
    id: 'client.new-epoch.given',
    proves: 'client.message.given',
    drive: sendMany,
    judge: given(EPOCHS, ['old 1', 'old 2', 'new 1', 'new 2']),
    killedBy: ['knows-messages-by-seq-alone'],
  },
  {
    id: 'client.broadcast.given',
    proves: 'client.broadcast.given',
    drive: sendMany,
    judge: all(
      given(BROADCASTS, TEXTS, 'broadcast'),
      given(MIXED, ['broadcast 1', 'broadcast 2', 'broadcast 3'], 'broadcast'),
    ),
    killedBy: [
      'ignores-broadcasts',
      'drops-long-messages',
      'trims-data',
      'one-memory-for-both-streams',
    ],
  },
  {
    id: 'client.duplicate.dropped',
    proves: 'client.duplicate.dropped',
    drive: repeat,
    control: wasGivenAll,
    judge: all(
      givenOnce(TAKEN_OVER),
      givenOnce(TAKEN_OVER, 'broadcast'),
      givenOnce(OTHER_EPOCH, 'broadcast'),
    ),
    killedBy: ['gives-messages-twice', 'gives-broadcasts-twice', 'one-epoch-for-both-streams'],
  },
  {
    id: 'connection.unknown.ignored',
    proves: 'connection.client.unknown',
    drive: sendStrange,
    control: wasOpen(TYPES, MEMBERS),
    judge: all(survives(TYPES), survives(MEMBERS)),
    killedBy: [
      'ends-at-unknown-type',
      'ends-at-inherited-names',
      'gives-unknown-types',
      'refuses-unknown-members',
    ],
  },
  {
    id: 'client.bad-frame.survived',
    proves: 'client.frame.survived',
    drive: sendStrange,
    control: wasOpen(BAD, BINARY),
    judge: all(survives(BAD), survives(BINARY)),
    killedBy: ['ends-at-bad-frame', 'tells-bad-frames', 'ends-at-binary'],
  },
]
