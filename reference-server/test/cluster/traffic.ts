/** Posts to the witnesses of a cluster through whichever node, and what the application was promised of each. */
import type { ServiceProcess } from '../start-process.ts'
import { KEY } from '../start-service.ts'
import type { Witness } from './witness.ts'

/** A message that was accepted. */
export interface Accepted {
  clientId: string
  id: string
  epoch: number
  seq: number
}

/** An application that posts until it is stopped. */
export interface Traffic {
  readonly accepted: Accepted[]
  /** Posts that were refused or had no answer. */
  refused: number
  /** Resolves when the last post is answered. */
  stop(): Promise<void>
}

/** Posts in flight at once. */
const AT_ONCE = 8
/** For an answer, of a node that stands still too. */
const LONGEST_MS = 2000

/** Starts to post to these client ids in turn, each post through the next node that is up. */
export function startTraffic(
  witnesses: readonly Witness[],
  nodes: readonly ServiceProcess[],
  isUp: (node: ServiceProcess) => boolean,
): Traffic {
  const traffic = { accepted: [] as Accepted[], refused: 0 }
  let isOver = false
  let turn = 0

  async function postOne(): Promise<void> {
    turn += 1
    const { clientId } = witnesses[turn % witnesses.length] as Witness
    const node = nodes[Math.floor(turn / witnesses.length) % nodes.length] as ServiceProcess
    if (!isUp(node)) return
    try {
      const answer = await fetch(`${node.baseUrl}/v1/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
        body: JSON.stringify({ client_id: clientId, data: `post ${turn}` }),
        signal: AbortSignal.timeout(LONGEST_MS),
      })
      const receipt = (await answer.json()) as Accepted
      if (answer.status === 200) traffic.accepted.push({ ...receipt, clientId })
      else traffic.refused += 1
    } catch {
      traffic.refused += 1
    }
  }

  async function run(): Promise<void> {
    while (!isOver) {
      await postOne()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const runs = Array.from({ length: AT_ONCE }, run)
  return Object.assign(traffic, {
    stop: async () => {
      isOver = true
      await Promise.all(runs)
    },
  })
}
