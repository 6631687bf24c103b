/** The books of one stream: it alone knows what was accepted, in which order, and what a listener may have missed. */

/** Something the service accepted, with a receipt. */
export interface Accepted {
  id: string
  epoch: number
  seq: number
  /** The text that was posted; no two posts have the same. */
  text: string
  /** Before it was first asked for, on the soak's count of moments. */
  askedAt: number
}

/** What happened to a listener, in order; moments are on the soak's count. */
export type Step =
  | { kind: 'minted'; answeredAt: number }
  /** Welcomed: whole where everything since the last place, or since the token, follows. */
  | { kind: 'welcomed'; isWhole: boolean; heardAt: number }
  | { kind: 'delivered'; id: string; text: string }

/** One channel object of a client, from its making to its end, in one round of the soak. */
export interface Listening {
  /** For people who read of a fault. */
  name: string
  steps: readonly Step[]
  /** Whether it listened since before the first of these was accepted. */
  wasThere: boolean
  /** Whether it still listened when the last of these was accepted. */
  isThere: boolean
}

/** What became of what was accepted, for one listener: indices into the stream. */
export interface Hearing {
  delivered: ReadonlySet<number>
  /** Missed, and a welcome had said that something may be. */
  announced: ReadonlySet<number>
  /** Delivered without a receipt: the answer to the post was lost. */
  unreceipted: readonly string[]
  /** In words; none where the service kept its promises. */
  faults: readonly string[]
}

/** Accepted posts in the order in which the service numbered them. */
export function sortAccepted(accepted: readonly Accepted[]): Accepted[] {
  return [...accepted].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq)
}

/** Judges what one listener heard of a stream that is sorted and complete. */
export function judgeHearing(stream: readonly Accepted[], listening: Listening): Hearing {
  const places = new Map(stream.map(({ id }, place) => [id, place]))
  const delivered = new Set<number>()
  const announced = new Set<number>()
  const unreceipted: string[] = []
  const faults: string[] = []
  let last = -1
  let owedFrom = 0
  let isBegun = listening.wasThere
  let isWelcomed = listening.wasThere
  let lossBefore = Number.NEGATIVE_INFINITY

  /** Everything from the last place up to `end` was passed over. */
  function passOver(end: number): void {
    for (let place = last + 1; place < end; place += 1) {
      const missed = stream[place]
      if (!missed || (!isBegun && missed.askedAt < owedFrom)) continue
      if (missed.askedAt < lossBefore) announced.add(place)
      else faults.push(`${listening.name} never heard ${describe(missed)}`)
    }
  }

  for (const step of listening.steps) {
    if (step.kind === 'minted') {
      // A client begins at the last token before its first welcome, and later goes on from where it was.
      if (!isWelcomed) owedFrom = step.answeredAt
    } else if (step.kind === 'welcomed') {
      isWelcomed = true
      if (!step.isWhole) lossBefore = Math.max(lossBefore, step.heardAt)
    } else {
      const place = places.get(step.id)
      if (place === undefined) unreceipted.push(step.text)
      else if (place <= last) {
        const what = delivered.has(place) ? 'twice' : 'out of order'
        faults.push(`${listening.name} heard ${describe(stream[place])} ${what}`)
      } else {
        if (stream[place]?.text !== step.text)
          faults.push(`${listening.name} heard ${step.text} in place of ${describe(stream[place])}`)
        passOver(place)
        delivered.add(place)
        last = place
        isBegun = true
        lossBefore = Number.NEGATIVE_INFINITY
      }
    }
  }
  if (listening.isThere) passOver(stream.length)
  return { delivered, announced, unreceipted, faults }
}

function describe(accepted: Accepted | undefined): string {
  return accepted ? `"${accepted.text}" (epoch ${accepted.epoch}, seq ${accepted.seq})` : 'nothing'
}
