/** The calls that read presence: one client id, or a page of all that are online. */
import type { PresencePage } from '@channel-protocol/schemas/types'
import type { PresenceFacts } from '../../rules/presence.ts'
import { readQuery } from '../query.ts'
import { type Handler, makeAnswer, type Service } from '../service.ts'

/**
 * Answers `GET {base}/v1/presence`.
 * @spec presence.read.online
 * @spec presence.list.complete
 */
export const answerPresence: Handler = async (service, { query }) => {
  const { rules, limits } = service
  const parameters = readQuery(query)
  const clientId = parameters.get('client_id')
  const cursor = parameters.get('cursor')
  const refusal = rules.decideReadQuery({
    clientId: clientId !== undefined,
    cursor: cursor !== undefined,
  })
  if (refusal) throw refusal
  if (clientId === undefined) return makeAnswer(200, readPage(service, cursor))
  const facts = await service.channels.read(rules.readClientId(clientId, limits.client_id_bytes))
  return makeAnswer(200, rules.makePresenceAnswer(facts))
}

function readPage(service: Service, cursor: string | undefined): PresencePage {
  const { rules, limits, cursorKey, channels } = service
  const after = cursor === undefined ? 0 : rules.readCursor(cursor, cursorKey)
  const size = rules.decidePageSize(limits.presence_page)
  const page: PresenceFacts[] = []
  let place = after
  for (const facts of channels.list(after)) {
    if (page.length === size)
      return rules.makePresencePage(page, rules.mintCursor(place, cursorKey))
    page.push(facts)
    place = facts.arrival
  }
  return rules.makePresencePage(page, undefined)
}
