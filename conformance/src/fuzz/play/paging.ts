/** How pages of a sequence open sockets, speak and leave, and what the application does with them. */

import type { Reply } from '../../drive/receiver.ts'
import type { Attempt } from '../../drive/webhooks.ts'
import { seconds } from '../../timeline/timeline.ts'
import { CLIENTS, type Step } from '../step.ts'
import type { Done, HeldSocket, Person, World } from './world.ts'

/** How long before a handshake finds no answer in time it is answered. */
const AHEAD = 0.5
const FAILED: Reply = { status: 500 }
const TAKEN: Reply = { status: 204 }

/** Opens a socket, and waits until the service has made of the application's answer what it makes. */
export async function open(world: World, person: Person, { how }: Step): Promise<Done> {
  const { drive } = world
  const role = `${person.who} socket ${person.sockets.length + 1}`
  const path = drive.sockets.path()
  const { url } = await drive.sockets.mint(`${role} URL`, path)
  const answer = Promise.withResolvers<{ status: number } | 'drop'>()
  const failing = new Set<string>()
  const webhooks = drive.sockets.webhooks(role, path, (attempt) =>
    replyTo(attempt, how, answer.promise, failing),
  )
  const page = await drive.sockets.open(role, how === 'altered' ? altered(world, url) : url)
  const socket: HeldSocket = {
    role,
    page,
    webhooks,
    path,
    failing,
    openedMs: drive.nowMs(),
    id: undefined,
    state: 'gone',
    answer: (reply) => answer.resolve(reply),
  }
  person.sockets.push(socket)
  const done = { sockets: [role] }
  if (how === 'altered') {
    await page.ended()
    return done
  }
  socket.id = (await webhooks.event('handshake'))?.fields.from
  if (how === 'held') socket.state = 'pending'
  else await settle(socket, how === 'accepted')
  return done
}

/** A handshake as the step says, words as they are to be taken, and `closed` always. */
function replyTo(
  { fields }: Attempt,
  how: string,
  held: Promise<{ status: number } | 'drop'>,
  failing: ReadonlySet<string>,
): Reply {
  if (fields.event === 'message') return failing.has(fields.body ?? '') ? FAILED : TAKEN
  if (fields.event !== 'handshake') return TAKEN
  if (how === 'refused') return { status: 403 }
  if (how === 'dropped') return 'drop'
  return how === 'held' ? { hold: held } : TAKEN
}

/** Frames are not read before the application accepts, and not while a word waits for its answer: a Pong says both are over. */
async function settle(socket: HeldSocket, isAccepted: boolean): Promise<void> {
  const isWell = isAccepted && (await socket.page.ping())
  socket.state = isWell ? 'open' : 'gone'
  if (isWell) return
  await socket.page.ended()
  if (isAccepted) await socket.webhooks.event('closed')
}

/** The application answers what it has left unanswered. */
export async function admit(person: Person, { how }: Step): Promise<Done> {
  const held = person.sockets.filter(({ state }) => state === 'pending' || state === 'left')
  if (held.length === 0) return { isSkipped: true }
  for (const socket of held) {
    const isGone = socket.state === 'left'
    socket.answer(how === 'drop' ? 'drop' : { status: how === 'accept' ? 204 : 403 })
    if (!isGone) await settle(socket, how === 'accept')
    else {
      socket.state = 'gone'
      await socket.page.ended()
    }
    if (how === 'drop' || isGone) await awaitClosed(socket, how)
  }
  return { sockets: held.map(({ role }) => role) }
}

async function awaitClosed({ webhooks }: HeldSocket, how: string): Promise<void> {
  if (how !== 'refuse') await webhooks.event('closed')
}

/** The page says something. */
export async function say(world: World, person: Person, { how }: Step): Promise<Done> {
  const socket = pageOf(person)
  const isBad = how === 'binary' || how === 'large'
  if (!socket || (isBad && socket.state !== 'open')) return { isSkipped: true }
  const { page } = socket
  const said = sayingsOf(world, how)
  if (how === 'failed' || how === 'two') socket.failing.add(said[0] ?? '')
  if (how === 'binary') page.send(Buffer.from([0, 1, 2]))
  else if (how === 'large')
    page.send('x'.repeat((world.drive.advertised.limits.data_bytes ?? 0) + 1))
  else for (const body of said) page.send(body)
  if (socket.state === 'open') {
    const isEnding = isBad || how === 'failed' || how === 'two'
    if (!isEnding) await page.ping()
    else await end(socket)
  }
  return { sockets: [socket.role], said }
}

function sayingsOf({ drive }: World, how: string): string[] {
  if (how === 'binary' || how === 'large') return []
  if (how === 'empty') return ['']
  return how === 'two' ? [drive.text(), drive.text()] : [drive.text()]
}

async function end(socket: HeldSocket): Promise<void> {
  socket.state = 'gone'
  await socket.page.ended()
  await socket.webhooks.event('closed')
}

/** The page leaves. */
export async function leave(person: Person, { how }: Step): Promise<Done> {
  const socket = pageOf(person)
  if (!socket || (how === 'silently' && socket.state !== 'open')) return { isSkipped: true }
  const { page } = socket
  if (how === 'silently') page.drop()
  else if (how === 'empty') page.close()
  else page.close(Number(how))
  if (socket.state === 'open') await end(socket)
  else socket.state = 'left'
  return { sockets: [socket.role] }
}

/** Sends a text to every socket that the client had, and waits for it where it was taken by one that reads. */
export async function send(world: World, person: Person, as: string): Promise<Done> {
  const ids = person.sockets.flatMap(({ id }) => id ?? [])
  if (ids.length === 0) return { isSkipped: true }
  const text = world.drive.text()
  await world.drive.sockets.send(as, ids, text)
  await arrive(person, text)
  return {}
}

/** Broadcasts to sockets, and waits for it at all that are open. */
export async function broadcast(world: World, as: string): Promise<Done> {
  const text = world.drive.text()
  await world.drive.sockets.broadcast(as, text)
  for (const who of CLIENTS) await arrive(world.people[who], text)
  return {}
}

async function arrive({ sockets }: Person, text: string): Promise<void> {
  for (const { state, page } of sockets)
    if (state === 'open') await page.frames.find((frame) => frame.text === text, ARRIVAL_MS)
}

/** Whoever's handshakes would find no answer in time if the time went on by this much. */
export function waitsTooLong(world: World, { sockets }: Person, withinMs: number): boolean {
  const { drive } = world
  const limitMs = seconds(drive.advertised, 'webhook_timeout_seconds') * 1000 * AHEAD
  return sockets.some(
    ({ state, openedMs }) =>
      (state === 'pending' || state === 'left') && drive.nowMs() + withinMs - openedMs >= limitMs,
  )
}

/** The client's newest socket that it has not left. */
function pageOf({ sockets }: Person): HeldSocket | undefined {
  return sockets.findLast(({ state }) => state === 'pending' || state === 'open')
}

function altered({ drive }: World, url: string): string {
  const at = url.lastIndexOf('/') + 1
  const ticket = `${url.startsWith('A', at) ? 'B' : 'A'}${url.slice(at + 1)}`
  return `${url.slice(0, at)}${drive.conceal(ticket)}`
}

/** Longest wait for a text that a socket was sent. */
const ARRIVAL_MS = 3000
