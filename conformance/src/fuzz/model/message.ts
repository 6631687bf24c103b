/** The model of messages: what was accepted for one client id, in what order, and what of it is held. */

/** A message or broadcast that was accepted. */
export interface Accepted {
  readonly id: string
  readonly seq: number
  readonly data: string
  readonly bytes: number
  readonly acceptedMs: { readonly earliestMs: number; readonly latestMs: number }
}

/** Bounds of what is held for replay. */
export interface HoldingBounds {
  readonly windowMs: number
  /** How late a service may drop what is too old. */
  readonly delayMs: number
  readonly messages: number
  readonly bytes: number
}

/** The messages of one client id, or the broadcasts of the base. */
export class Stream {
  readonly accepted: Accepted[] = []
  /** Learned from the first answer that gives it. */
  epoch: number | undefined
  /** Of the newest accepted one. */
  seq: number

  constructor(seq: number) {
    this.seq = seq
  }

  accept(one: Accepted): void {
    this.accepted.push(one)
    this.seq = one.seq
  }

  /** Everything later than a seq. */
  after(seq: number): Accepted[] {
    return this.accepted.filter((one) => one.seq > seq)
  }

  /** Whether everything later than a seq is still held at an instant; undefined where that cannot be said. */
  isHeldAfter(seq: number, bounds: HoldingBounds, nowMs: number): boolean | undefined {
    let bytes = 0
    let count = 0
    let isCertain = true
    for (const one of this.accepted.toReversed()) {
      bytes += one.bytes
      count += 1
      if (one.seq <= seq) break
      if (count > bounds.messages || bytes > bounds.bytes) return false
      if (nowMs - one.acceptedMs.latestMs > bounds.windowMs + bounds.delayMs) return false
      if (nowMs - one.acceptedMs.earliestMs >= bounds.windowMs) isCertain = false
    }
    return isCertain ? true : undefined
  }
}
