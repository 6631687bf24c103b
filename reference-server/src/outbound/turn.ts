/** One turn of the event loop; it alone knows what was written in it, and joins what goes out on the same connection. */

/** Who has something to send when the turn ends. */
export interface Waiting {
  /** Sends it; called once for each time it was added. */
  flush(): void
}

/** The writes of the current turn. */
export interface Turn {
  /** Lets `one` flush when everything that had arrived in this turn was acted on. */
  add(one: Waiting): void
  /** Lets all that is written from now on wait for the end of this turn: many messages are about to be. */
  gather(): void
  /** Whether what is written waits for the end of the turn. */
  gathers(): boolean
  /** The run that begins with a frame. */
  begin(frame: Buffer): Run
}

/**
 * Frames that go out one after the other. Connections that are sent the same ones share a run, so that a thousand
 * receivers of ten broadcasts cost one joining of ten frames and not a thousand.
 */
export class Run {
  /** Bytes of all its frames. */
  readonly length: number
  readonly #frame: Buffer
  readonly #before: Run | undefined
  #next: Run | undefined
  #joined: Buffer | undefined

  constructor(frame: Buffer, before?: Run) {
    this.#frame = frame
    this.#before = before
    this.length = frame.length + (before?.length ?? 0)
  }

  /** Whether it is this frame alone. */
  isOnly(frame: Buffer): boolean {
    return this.#frame === frame && this.#before === undefined
  }

  /** The run that continues this one. */
  with(frame: Buffer): Run {
    if (this.#next === undefined || this.#next.#frame !== frame) this.#next = new Run(frame, this)
    return this.#next
  }

  /** All frames in one piece. */
  join(): Buffer {
    this.#joined ??= this.#before ? Buffer.concat(this.#frames(), this.length) : this.#frame
    return this.#joined
  }

  #frames(): Buffer[] {
    const frames: Buffer[] = []
    for (let run: Run | undefined = this; run; run = run.#before) frames.push(run.#frame)
    return frames.reverse()
  }
}

/**
 * The turns of this process. A send to the kernel is four fifths of what a delivery costs, so what several publishers
 * broadcast in one turn goes out in one: five to ten times cheaper, and never later than the end of the turn. So do the
 * messages of batches: sixteen of 100 to 1,000 clients cost a quarter to a third less.
 */
export function makeTurn(): Turn {
  let waiting: Waiting[] = []
  let newest: Run | undefined
  let isAwaited = false
  let isGathering = false

  function awaitEnd(): void {
    if (isAwaited) return
    isAwaited = true
    setImmediate(end)
  }

  function end(): void {
    const ended = waiting
    waiting = []
    newest = undefined
    isAwaited = false
    isGathering = false
    for (const one of ended) one.flush()
  }

  return {
    add: (one) => {
      awaitEnd()
      waiting.push(one)
    },
    gather: () => {
      awaitEnd()
      isGathering = true
    },
    gathers: () => isGathering,
    begin: (frame) => {
      if (!newest?.isOnly(frame)) newest = new Run(frame)
      return newest
    },
  }
}
