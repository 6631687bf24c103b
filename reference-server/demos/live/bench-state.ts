/** Where the bench is, as pages are told it; it knows the shape alone. */

/** A requirement that a check saw broken. */
export interface Broken {
  readonly check: string
  readonly requirement: string
  readonly level: string
  /** The chapter that the requirement stands in. */
  readonly chapter: string
  /** The clause. */
  readonly text: string
  readonly expected: string
  readonly got: string
}

/** A report of the suite in few words. */
export interface Verdict {
  readonly verdict: 'conformant' | 'not conformant'
  readonly words: string
  readonly checks: number
  readonly seconds: number
  readonly broken: readonly Broken[]
}

/** What is, or was, judged. */
interface Told {
  /** Name of the fault that the checks are aimed at. */
  readonly fault: string
  /** Whether the service was started without it. */
  readonly isHealthy: boolean
}

/** Where the bench is. */
export type BenchState =
  | { readonly phase: 'idle' }
  | (Told & { readonly phase: 'running'; readonly step: string })
  | (Told & Verdict & { readonly phase: 'done' })
  | (Told & { readonly phase: 'failed'; readonly why: string })
