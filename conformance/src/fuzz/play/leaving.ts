/** How clients of a sequence go, and what the passing of time does to them. */

import { TIMINGS } from '@channel-protocol/schemas/registry'
import { readObject } from '../../timeline/timeline.ts'
import type { Step } from '../step.ts'
import { type Done, graceMs, offers, type Person, type World } from './world.ts'

/** How often the application looks whether something has happened, in seconds. */
const LOOK_SECONDS = 0.05

/** The client says goodbye. */
export async function close(world: World, person: Person, { how }: Step): Promise<Done> {
  const { current } = person
  if (!current) return { isSkipped: true }
  if (how === 'empty') current.connection.close()
  else current.connection.close(Number(how))
  await current.connection.ended()
  gone(world, person, how !== '1000' && how !== 'empty')
  return {}
}

/** The client is lost; waits until the service knows, where one can ask. */
export async function drop(world: World, person: Person, as: string): Promise<Done> {
  const { current } = person
  if (!current) return { isSkipped: true }
  current.connection.drop()
  gone(world, person, true)
  const welcome = await current.connection.welcome()
  if (offers(world, 'presence-sync'))
    await look(world, person, as, ({ connection_id: id }) => id !== welcome?.connection_id)
  return {}
}

/** The client sends data, which no channel takes. */
export async function say(world: World, person: Person, { how }: Step): Promise<Done> {
  const { current } = person
  if (!current) return { isSkipped: true }
  const { connection } = current
  connection.send(
    how === 'binary' ? Buffer.from([0, 1, 2]) : how === 'large' ? 'x'.repeat(5000) : 'hello',
  )
  if (how === 'twice') connection.send('hello again')
  await connection.ended()
  gone(world, person, false)
  return {}
}

/** Waits until the client's tokens of a second are expired and what they opened has ended. */
export async function expire(world: World, person: Person): Promise<Done> {
  const short = person.tokens.filter(({ expiry }) => expiry)
  const latestMs = Math.max(0, ...short.map(({ expiry }) => expiry?.latestMs ?? 0))
  if (short.length === 0) return { isSkipped: true }
  const { current } = person
  const { drive } = world
  if (current?.token.expiry) {
    const wait =
      current.token.expiry.latestMs - drive.nowMs() + TIMINGS.token_ttl_seconds.largest_delay * 1000
    const end = await current.connection.ended(wait + drive.patienceMs)
    if (end) gone(world, person, true)
    if (end) person.lostAtMs = current.token.expiry.earliestMs
  }
  await drive.pass(Math.max(0, latestMs + 50 - drive.nowMs()) / 1000)
  return {}
}

/** Waits until the grace of the client has passed and the service has noticed. */
export async function waitForGrace(world: World, person: Person, as: string): Promise<Done> {
  const { lostAtMs } = person
  if (lostAtMs === undefined) return { isSkipped: true }
  const { drive } = world
  person.lostAtMs = undefined
  await drive.pass(Math.max(0, lostAtMs + graceMs(world) - drive.nowMs()) / 1000)
  if (offers(world, 'presence-sync')) await look(world, person, as, ({ online }) => online !== true)
  else await drive.pass(TIMINGS.presence_grace_seconds.largest_delay)
  return {}
}

/** Reads the presence of a client until an answer satisfies the test, or patience ends. */
async function look(
  { drive }: World,
  person: Person,
  as: string,
  test: (body: Readonly<Record<string, unknown>>) => boolean,
): Promise<void> {
  const untilMs =
    drive.nowMs() + TIMINGS.presence_grace_seconds.largest_delay * 1000 + drive.patienceMs
  while (drive.nowMs() < untilMs) {
    const answer = await drive.call(as, 'GET', '/v1/presence', {
      query: { client_id: person.clientId },
    })
    if (!answer || test(readObject(answer.body) ?? {})) return
    await drive.pass(LOOK_SECONDS)
  }
}

function gone({ drive }: World, person: Person, hasGrace: boolean): void {
  person.current = undefined
  person.lostAtMs = hasGrace ? drive.nowMs() : undefined
}
