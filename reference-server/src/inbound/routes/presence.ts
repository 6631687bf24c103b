/** The calls that read presence: one client id, or a page of all that are online. */
import type { PresencePage } from '@channel-protocol/schemas/types'
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
  if (clientId === undefined) return makeAnswer(200, await readPage(service, cursor))
  const facts = await service.channels.read(rules.readClientId(clientId, limits.client_id_bytes))
  return makeAnswer(200, rules.makePresenceAnswer(facts))
}

async function readPage(service: Service, cursor: string | undefined): Promise<PresencePage> {
  const { rules, limits, cursorKey, ports } = service
  const after = cursor === undefined ? 0 : rules.readCursor(cursor, cursorKey)
  const size = rules.decidePageSize(limits.presence_page)
  const online = await ports.broker.list(after, size + 1)
  const page = online.slice(0, size)
  const place = online.length > size ? page.at(-1)?.arrival : undefined
  const next = place === undefined ? undefined : rules.mintCursor(place, cursorKey)
  return rules.makePresencePage(page.filter(rules.decideListed), next)
}
