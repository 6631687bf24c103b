/** One round of the soak: load, everything that goes wrong, quiet, and then the books. */
import { setTimeout } from 'node:timers/promises'
import type { Books, Sums } from './books.ts'
import { type Disturbed, planRound } from './disturbances.ts'
import { awaitAgreement } from './end-state.ts'
import type { Poster } from './poster.ts'
import type { Watch } from './watch.ts'

/** What a round is made with. */
export interface RoundParts extends Disturbed {
  number: number
  books: Books
  poster: Poster
  watch: Watch
  /** Whether state outlives a process: then nothing is lost, announced or not. */
  isDurable: boolean
  say(line: string): void
}

/** What came of a round. */
export interface RoundEnd {
  sums: Sums
  online: number
  sockets: number
  /** In words; none where every promise was kept. */
  faults: string[]
}

/** Between two disturbances, in milliseconds. */
const CALM_MS = { least: 300, spread: 1200 }
/** More than any client stays away, in milliseconds. */
const RETURN_MS = 60_000

/** Plays one round. */
export async function playRound(parts: RoundParts): Promise<RoundEnd> {
  const { random, poster, books, listeners, watch, say, service, receiver } = parts
  poster.start()
  for (const { what, run } of planRound(parts)) {
    await setTimeout(CALM_MS.least + random.below(CALM_MS.spread))
    say(what)
    await run()
  }
  await poster.stop()

  const faults: string[] = []
  const [message, broadcast] = [`end of round ${parts.number}`, `end of all in ${parts.number}`]
  await poster.mark(message, broadcast)
  const isBack = (): boolean => listeners.awaiting(message, broadcast).length === 0
  if (!(await watch.until(isBack, RETURN_MS)))
    for (const clientId of listeners.awaiting(message, broadcast))
      faults.push(`${clientId} never heard the last message or broadcast of the round`)
  const end = await awaitAgreement(parts)
  const judged = books.close(listeners.take())
  faults.push(...end.faults, ...judged.faults)
  if (parts.isDurable && judged.sums.announced > 0)
    faults.push(`${judged.sums.announced} posts were lost, although state outlives the process`)
  if (receiver.refused() > 0) faults.push(`${receiver.refused()} webhooks were malformed`)
  const defect = service.defect()
  if (defect) faults.push(defect)
  return { sums: judged.sums, online: end.online, sockets: end.sockets, faults }
}
