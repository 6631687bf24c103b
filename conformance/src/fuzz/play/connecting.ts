/** How clients of a sequence come: tokens, offers, cursors. */

import { makeFrame } from '../../drive/frames.ts'
import { openRawClientFor } from '../../drive/raw-client.ts'
import { latestOf } from '../../timeline/latest.ts'
import type { Step } from '../step.ts'
import { type Done, type HeldToken, type Person, SHORT_SECONDS, type World } from './world.ts'

const LONG_SECONDS = 600
const NO_SUCH_CURSOR = 'nobody-issued-this'
const FOREIGN_ORIGIN = 'https://foreign.example'

/** Mints a token and keeps it. */
export async function mint(world: World, person: Person, isShort: boolean): Promise<HeldToken> {
  const { drive } = world
  const index = person.tokens.length
  const ttl = isShort ? SHORT_SECONDS : LONG_SECONDS
  const startMs = drive.nowMs()
  const minted = await drive.mint(`${person.who} token ${index}`, person.clientId, {
    ttl_seconds: ttl,
  })
  const expiry = { earliestMs: startMs + ttl * 1000, latestMs: drive.nowMs() + ttl * 1000 }
  const token: HeldToken = { ...minted, index, ...(isShort && { expiry }) }
  person.tokens.push(token)
  const { cursor, broadcast_cursor: broadcastCursor } = minted.body
  if (typeof cursor === 'string') person.received.message ??= cursor
  if (typeof broadcastCursor === 'string') person.received.broadcast ??= broadcastCursor
  return token
}

/** Opens a connection as the step says, and waits for its welcome or its end. */
export async function connect(world: World, person: Person, step: Step): Promise<Done> {
  const { drive } = world
  const held =
    step.how === 'kept' ? person.tokens.at(-1) : step.how === 'first' ? person.tokens[0] : undefined
  const cursors = cursorsFor(world, person, step)
  const token = held ?? (await mint(world, person, step.how === 'short'))
  person.connections += 1
  const role = `${person.who} ${person.connections}`
  const connection = await drive.open(role, {
    url: token.connectUrl,
    protocols: offerOf(drive.conceal, token.token, step.how),
    query: new URLSearchParams(cursors.query).toString(),
    ...(step.how === 'foreign-origin' && { origin: FOREIGN_ORIGIN }),
  })
  const done = { connection: role, token: token.index, ...cursors.done }
  const welcome = await connection.welcome()
  if (!welcome) {
    await connection.ended()
    return done
  }
  const older = person.current
  person.current = { connection, token }
  person.lostAtMs = undefined
  await older?.connection.ended()
  remember(person, welcome)
  if (welcome.resumed === true && Number(welcome.seq) < person.newestSeq && cursors.done.after)
    await connection.envelope(({ type, seq }) => type === 'message' && seq === person.newestSeq)
  return done
}

function remember(person: Person, welcome: Readonly<Record<string, unknown>>): void {
  if (typeof welcome.cursor === 'string') person.received.message = welcome.cursor
  if (typeof welcome.broadcast_cursor === 'string')
    person.received.broadcast = welcome.broadcast_cursor
}

function cursorsFor(
  { people }: World,
  person: Person,
  { how }: Step,
): { query: Record<string, string>; done: Done } {
  const other = person.who === 'ada' ? people.bob : people.ada
  const after: Record<string, string | undefined> = {
    'after-last': person.received.message,
    'after-both': person.received.message,
    'after-first': person.tokens[0]?.body.cursor as string | undefined,
    'after-unknown': NO_SUCH_CURSOR,
    'after-foreign': other.received.message ?? NO_SUCH_CURSOR,
  }
  const messages = after[how]
  const broadcasts = how === 'after-both' ? person.received.broadcast : undefined
  return {
    query: {
      ...(messages !== undefined && { after: messages }),
      ...(broadcasts !== undefined && { after_broadcast: broadcasts }),
    },
    done: {
      ...(messages !== undefined && { after: messages }),
      ...(broadcasts !== undefined && { afterBroadcast: broadcasts }),
    },
  }
}

function offerOf(conceal: (text: string) => string, token: string, how: string): string[] {
  const offer = `channel-token.${token}`
  switch (how) {
    case 'without':
      return ['channel-protocol.v1']
    case 'two':
      return ['channel-protocol.v1', offer, conceal(`channel-token.${altered(token)}`)]
    case 'unoffered':
      return ['another-protocol', offer]
    case 'altered':
      return ['channel-protocol.v1', conceal(`channel-token.${altered(token)}`)]
    default:
      return ['channel-protocol.v1', offer]
  }
}

function altered(token: string): string {
  return `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`
}

const SPOILT: Readonly<Record<string, Buffer>> = {
  unmasked: makeFrame(1, 'unmasked', { isMasked: false }),
  reserved: makeFrame(1, 'reserved', { reserved: 4 }),
  'not-utf8': makeFrame(1, Buffer.from([0xff, 0xfe])),
}

/** Comes, answers no Ping, and waits for the end. */
async function fallSilent(world: World, person: Person): Promise<Done> {
  const { drive } = world
  const older = person.current
  const token = await mint(world, person, false)
  person.connections += 1
  const role = `${person.who} ${person.connections}`
  const connection = await drive.open(role, {
    url: token.connectUrl,
    token: token.token,
    answersPings: false,
  })
  const done = { connection: role, token: token.index }
  if (!(await connection.welcome())) return done
  person.current = undefined
  await older?.connection.ended()
  const seconds = latestOf('heartbeat_seconds', 'pong_timeout_seconds')(drive.advertised)
  await connection.ended(seconds * 1000 + drive.patienceMs)
  person.lostAtMs = drive.nowMs()
  return done
}

/** Comes over plain TCP, sends a frame that no library sends, and waits for the Close. */
export async function spoil(world: World, person: Person, { how }: Step): Promise<Done> {
  if (how === 'silent') return fallSilent(world, person)
  const older = person.current
  person.connections += 1
  const role = `${person.who} ${person.connections}`
  const { client, isWelcome } = await openRawClientFor(world.drive, role, person.clientId)
  if (isWelcome) {
    person.current = undefined
    person.lostAtMs = undefined
    await older?.connection.ended()
    client.write(SPOILT[how] ?? Buffer.alloc(0), `a frame that is ${how}`)
  }
  await client.closeFrame()
  client.drop()
  return { connection: role }
}
