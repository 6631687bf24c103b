/** Generations of tokens in this process's memory; it alone knows how many revocations are remembered, and for how long. */
import type { Clock } from '../ports.ts'
import { MOST_REVOCATIONS, REMEMBERED_MS } from './parts.ts'

/** Generations of client ids: what was minted in an earlier one than the current is dead. */
export interface Generations {
  /** The current generation of a client id. */
  of(clientId: string): number
  /** Begins a generation of a client id above every earlier one, of whomever, and answers it. */
  begin(clientId: string): number
}

/** What generations are built of. */
export interface GenerationParts {
  clock: Clock
  /** A number above `newest`, and above those of earlier runs. */
  decideEpoch(nowMs: number, newest: number): number
  /** The generation of every client id that was not revoked in this run. */
  floor: number
  /** Revocations that are remembered at most. */
  most?: number
}

/**
 * Generations without any revocation. Where more are remembered than may be, all of them are given up for a new
 * floor, so that every token that was minted before is dead.
 * @spec control.revoke.restart
 */
export function makeGenerations(parts: GenerationParts): Generations {
  const { clock, decideEpoch, most = MOST_REVOCATIONS } = parts
  /** In the order of their revocation. */
  const revoked = new Map<string, { generation: number; atMs: number }>()
  let { floor } = parts
  let newest = floor

  const forgetExpired = (nowMs: number): void => {
    for (const [clientId, { atMs }] of revoked) {
      if (nowMs - atMs <= REMEMBERED_MS) return
      revoked.delete(clientId)
    }
  }

  return {
    of: (clientId) => revoked.get(clientId)?.generation ?? floor,
    begin: (clientId) => {
      const atMs = clock.nowMs()
      newest = decideEpoch(atMs, newest)
      forgetExpired(atMs)
      revoked.delete(clientId)
      if (revoked.size < most) revoked.set(clientId, { generation: newest, atMs })
      else {
        revoked.clear()
        floor = newest
      }
      return newest
    },
  }
}
