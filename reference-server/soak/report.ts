/** What a person reads of a soak: it alone knows the words for what a round came to. */
import type { Sums } from './books.ts'
import type { RoundEnd } from './round.ts'

const MOST_FAULTS = 20

/** The line of one round, and one for each fault. */
export function describeRound(number: number, end: RoundEnd): string[] {
  const verdict = end.faults.length === 0 ? 'kept' : 'BROKEN'
  const views = `${end.online} clients online and ${end.sockets} sockets open in both views`
  return [
    `round ${number} ${verdict}: ${describeSums(end.sums)}; ${views}`,
    ...listFaults(end.faults).map((fault) => `  ${fault}`),
  ]
}

/** The last words: the sums of all rounds, and the verdict. */
export function describeEnd(rounds: readonly RoundEnd[], echoes: number, again: string): string[] {
  const sums = { accepted: 0, delivered: 0, announced: 0, unheard: 0 }
  for (const round of rounds)
    for (const name of ['accepted', 'delivered', 'announced', 'unheard'] as const)
      sums[name] += round.sums[name]
  const broken = rounds.filter(({ faults }) => faults.length > 0).length
  return [
    `${rounds.length} rounds: ${describeSums(sums)}; ${echoes} texts echoed on sockets`,
    broken === 0
      ? 'every promise was kept: what was accepted was delivered or announced as lost, and the application knew who is online'
      : `promises were broken in ${broken} rounds; once more with: ${again}`,
  ]
}

function describeSums({ accepted, delivered, announced, unheard }: Sums): string {
  return `${accepted} accepted = ${delivered} delivered + ${announced} announced as lost + ${unheard} while nobody listened`
}

function listFaults(faults: readonly string[]): readonly string[] {
  const more = faults.length - MOST_FAULTS
  return more > 0 ? [...faults.slice(0, MOST_FAULTS), `and ${more} more`] : faults
}
