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
/** A connection may break also in quiet, and a welcome then say that something was lost: the end itself. */
const MARKS = 4

/** Plays one round. */
export async function playRound(parts: RoundParts): Promise<RoundEnd> {
  const { random, poster, books, listeners, say, service, receiver } = parts
  poster.start()
  for (const { what, run } of planRound(parts)) {
    await setTimeout(CALM_MS.least + random.below(CALM_MS.spread))
    say(what)
    await run()
  }
  await poster.stop()

  const faults = await markEnd(parts)
  const end = await awaitAgreement(parts)
  const judged = books.close(listeners.take())
  faults.push(...end.faults, ...judged.faults)
  if (parts.isDurable && judged.sums.announced > 0)
    faults.push(`${judged.sums.announced} posts were lost, although state outlives the process`)
  for (const refusal of receiver.refusals()) faults.push(`a webhook was refused at ${refusal}`)
  const defect = service.defect()
  if (defect) faults.push(defect)
  return { sums: judged.sums, online: end.online, sockets: end.sockets, faults }
}

/** Posts what every client has to hear last, and answers, in words, who never does. */
async function markEnd({ number, listeners, poster, watch }: RoundParts): Promise<string[]> {
  let missing: string[] = []
  for (let mark = 1; mark <= MARKS; mark += 1) {
    if (!(await watch.until(listeners.areConnected, RETURN_MS)))
      return ['not every client came back within a minute']
    const message = `end ${mark} of round ${number}`
    const broadcast = `end ${mark} of all in round ${number}`
    await poster.mark(message, broadcast)
    const hearAll = (): boolean => listeners.awaiting(message, broadcast).length === 0
    if (await watch.until(hearAll, RETURN_MS / 4)) return []
    missing = listeners.awaiting(message, broadcast)
  }
  return missing.map((clientId) => `${clientId} never heard the end of the round`)
}
