/** The bench on which a broken service is judged: it alone knows which programs are started for that, and ends them. */
import type { Clock } from '../push-chat/clock.ts'
import type { BenchState } from './bench-state.ts'
import type { RunPrograms } from './programs.ts'
import { readVerdict } from './verdict.ts'

const longestMs = 90_000
const mostChecks = 24

/** A named defect of the service, as the person chooses it. */
export interface BenchFault {
  readonly name: string
  /** What the service then does wrong, in one sentence. */
  readonly misdeed: string
  /** Ids of the requirements that are broken. */
  readonly breaks: readonly string[]
}

/** What is judged. */
export interface BenchWish {
  readonly fault: BenchFault
  /** Whether the same checks are to judge a service without the fault. */
  readonly isHealthy: boolean
}

/** What a bench needs. */
export interface BenchParts {
  programs: RunPrograms
  clock: Clock
  /** Hears of every change of the state. */
  onChange(): void
}

/** Judges one service at a time. */
export interface Bench {
  /** Begins, and answers true; false where something is being judged already. */
  start(wish: BenchWish): boolean
  state(): BenchState
  /** Ends every program that still runs. */
  stop(): Promise<void>
}

/** Makes an idle bench. */
export function makeBench({ programs, clock, onChange }: BenchParts): Bench {
  let current: BenchState = { phase: 'idle' }
  let ending = new AbortController()
  let running = Promise.resolve()

  function change(state: BenchState): void {
    current = state
    onChange()
  }

  async function judge({ fault, isHealthy }: BenchWish, signal: AbortSignal): Promise<BenchState> {
    const told = { fault: fault.name, isHealthy }
    const step = (text: string): void => change({ phase: 'running', ...told, step: text })
    step('looking for the checks that are aimed at it')
    const checks = (await programs.listChecks(fault.name, signal)).slice(0, mostChecks)
    if (checks.length === 0)
      return { phase: 'failed', ...told, why: 'no check of the suite is aimed at this fault' }
    step(isHealthy ? 'starting a service without it' : 'starting a service with it')
    const service = await programs.startService(isHealthy ? undefined : fault.name, signal)
    try {
      step(`judging it by ${checks.length} ${checks.length === 1 ? 'check' : 'checks'}`)
      const report = await programs.judge(service, checks, signal)
      return { phase: 'done', ...told, ...readVerdict(report) }
    } finally {
      await service.stop()
    }
  }

  return {
    start(wish) {
      if (current.phase === 'running') return false
      const told = { fault: wish.fault.name, isHealthy: wish.isHealthy }
      ending = new AbortController()
      const { signal } = ending
      const cancel = clock.after(longestMs, () => ending.abort(new Error('it took too long')))
      running = judge(wish, signal)
        .catch((cause: unknown): BenchState => {
          const reason: unknown = signal.aborted ? signal.reason : cause
          return { phase: 'failed', ...told, why: (reason as Error).message }
        })
        .then((state) => {
          cancel()
          change(state)
        })
      return true
    },
    state: () => current,
    async stop() {
      ending.abort(new Error('the demo ends'))
      await running
    },
  }
}
