/** Batches, and posts that carry a key: what the application of a sequence sends more than once or together. */

import { sendKeyed } from '../../drive/keyed.ts'
import { readObject } from '../../timeline/timeline.ts'
import type { Step } from '../step.ts'
import { awaitMessage } from './calling.ts'
import type { Done, Person, World } from './world.ts'

/** Posts a batch of which the second item is no legal message, and waits for the others where somebody is there. */
export async function batch({ drive }: World, person: Person, as: string): Promise<Done> {
  const messages = [drive.text(), '', drive.text()].map((data) => ({
    client_id: person.clientId,
    data,
  }))
  const answer = await drive.call(as, 'POST', '/v1/batches', { json: { messages } })
  const results = readObject(answer?.body ?? '')?.results
  for (const result of Array.isArray(results) ? results : []) await awaitMessage(person, result)
  return {}
}

/** Posts with a new key, or again with the newest. */
export async function keyed(
  { drive }: World,
  person: Person,
  as: string,
  { how }: Step,
): Promise<Done> {
  if (how !== 'new' && !person.keyed) return { isSkipped: true }
  const fresh = { client_id: person.clientId, data: drive.text() }
  const post = {
    path: '/v1/messages',
    key: how === 'new' ? drive.text() : (person.keyed?.key ?? ''),
    body: how === 'repeat' ? (person.keyed?.body ?? {}) : fresh,
  }
  if (how === 'new') person.keyed = post
  const answer = await sendKeyed(drive, as, post)
  if (how === 'new') await awaitMessage(person, readObject(answer?.body ?? ''))
  return {}
}
