/** The application of a cluster: it answers every webhook and keeps what it was told. */
import type { Receiver } from '../start-receiver.ts'

/** One webhook about a client. */
export interface Report {
  id: string
  event: string
  from: string
  epoch: number
  version: number
  reason: string | undefined
}

/** What the application was told. */
export interface Reports {
  readonly all: Report[]
  /** The newest state of a client id; nothing where nothing was told. */
  newest(clientId: string): Report | undefined
  /** How often a client id was reported gone for this reason, repetitions of one webhook counted once. */
  count(clientId: string, reason: string): number
  /** Places of a client id that came under more than one webhook id. */
  ambiguous(): string[]
}

/** Answers all that arrives. */
export function takeReports(receiver: Receiver): Reports {
  const all: Report[] = []
  const take = async (): Promise<void> => {
    for (;;) {
      const webhook = await receiver.next()
      const { event = '', from = '', epoch, version, reason } = webhook.form
      const place = { epoch: Number(epoch), version: Number(version) }
      all.push({ id: webhook.id, event, from, ...place, reason })
      webhook.answer()
    }
  }
  void take()
  const of = (clientId: string): Report[] => all.filter(({ from }) => from === clientId)
  return {
    all,
    newest: (clientId) =>
      of(clientId)
        .toSorted((a, b) => a.epoch - b.epoch || a.version - b.version)
        .at(-1),
    count: (clientId, reason) =>
      new Set(of(clientId).flatMap((one) => (one.reason === reason ? [one.id] : []))).size,
    ambiguous: () => {
      const ids = new Map<string, Set<string>>()
      for (const { from, epoch, version, id } of all) {
        const place = `${from} ${epoch}/${version}`
        ids.set(place, (ids.get(place) ?? new Set()).add(id))
      }
      return [...ids].flatMap(([place, { size }]) => (size > 1 ? [place] : []))
    },
  }
}
