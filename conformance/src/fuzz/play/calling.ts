/** What the application of a sequence does: it posts, disconnects, reads, and answers webhooks in one way or another. */

import type { Reply } from '../../drive/receiver.ts'
import { readObject } from '../../timeline/timeline.ts'
import { CLIENTS, type Step } from '../step.ts'
import type { Application, Done, Person, World } from './world.ts'

const MOST_PAGES = 50
const LARGE_BYTES = 20_000
const TIMES: Readonly<Record<string, number>> = { six: 6, twenty: 20, large: 4 }

/** Posts to a client, and waits until the message has arrived where the receipt says that it was queued. */
export async function post(world: World, person: Person, as: string, step: Step): Promise<Done> {
  for (let turn = 0; turn < (TIMES[step.how] ?? 1); turn += 1)
    await postOnce(world, person, as, step)
  return {}
}

async function postOnce(world: World, person: Person, as: string, { how }: Step): Promise<void> {
  const receipt = await world.drive.post(as, person.clientId, dataFor(world, how))
  await awaitMessage(person, receipt)
}

/** Waits for a message where its receipt says that it was queued; learns its seq. */
export async function awaitMessage(
  person: Person,
  receipt: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
  if (typeof receipt?.seq === 'number') person.newestSeq = receipt.seq
  if (receipt?.connections !== 1 || !person.current) return
  const { id } = receipt
  const message = await person.current.connection.envelope(
    (envelope) => envelope.type === 'message' && envelope.id === id,
  )
  if (message && typeof id === 'string') person.received.message = id
}

/** Broadcasts, and waits until everybody who is there has it. */
export async function broadcast(world: World, as: string, { how }: Step): Promise<Done> {
  const answer = await world.drive.call(as, 'POST', '/v1/broadcasts', {
    json: { data: dataFor(world, how) },
  })
  const id = readObject(answer?.body ?? '')?.id
  if (answer?.status !== 200 || typeof id !== 'string') return {}
  for (const who of CLIENTS) {
    const { current, received } = world.people[who]
    const isBroadcast = (envelope: Readonly<Record<string, unknown>>): boolean =>
      envelope.type === 'broadcast' && envelope.id === id
    if (await current?.connection.envelope(isBroadcast)) received.broadcast = id
  }
  return {}
}

function dataFor({ drive }: World, how: string): string {
  if (how === 'empty') return ''
  if (how === 'strange') return `${drive.text()} "\\ \u0000\u001f\u2028 \u{1f600} é`
  if (how === 'large') return drive.text().padEnd(LARGE_BYTES, 'x')
  if (how === 'too-large') return 'x'.repeat((drive.advertised.limits.data_bytes ?? 0) + 1)
  return drive.text()
}

/** Disconnects a client, and waits for its end. */
export async function disconnect(
  world: World,
  person: Person,
  as: string,
  { how }: Step,
): Promise<Done> {
  const members = {
    plain: {},
    revoke: { revoke_tokens: true },
    malformed: { revoke_tokens: 'yes' },
  }
  const answer = await world.drive.call(as, 'POST', '/v1/disconnects', {
    json: { client_id: person.clientId, ...members[how as keyof typeof members] },
  })
  if (answer?.status !== 200) return {}
  await person.current?.connection.ended()
  person.current = undefined
  person.lostAtMs = undefined
  return {}
}

/** Reads the presence of one client. */
export async function read({ drive }: World, person: Person, as: string): Promise<Done> {
  await drive.call(as, 'GET', '/v1/presence', { query: { client_id: person.clientId } })
  return {}
}

/** Reads all pages of the list. */
export async function list({ drive }: World, as: string): Promise<Done> {
  let cursor: unknown
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await drive.call(as, 'GET', '/v1/presence', {
      query: typeof cursor === 'string' ? { cursor } : {},
    })
    cursor = readObject(answer?.body ?? '')?.next_cursor
    if (typeof cursor !== 'string') break
  }
  return {}
}

/** From now on webhooks are answered so; what was held is answered too. */
export function changeAnswers(application: Application, { how }: Step): Done {
  application.mode = how
  application.release(how === '204' ? 204 : 500)
  return {}
}

/** An application that answers as its mode says. */
export function makeApplication(): Application & { reply: () => Reply } {
  let held = Promise.withResolvers<{ status: number }>()
  return {
    mode: '204',
    release(status) {
      held.resolve({ status })
      held = Promise.withResolvers()
    },
    reply() {
      if (this.mode === 'hold') return { hold: held.promise }
      if (this.mode === 'drop') return 'drop'
      if (this.mode === '302') return { status: 302, headers: { location: '/elsewhere' } }
      return { status: Number(this.mode) }
    },
  }
}
