/** Loaded into a run of the suite that is measured: it alone knows when the first verdict was there and what was used up. */

import { writeSync } from 'node:fs'

/** Where it tells what it has seen, as one JSON object. */
export const TOLD_FD = 3

/** What it tells. */
export interface Told {
  /** Seconds since the process was started; absent where there was no verdict. */
  readonly firstVerdictSeconds?: number
  /** Processor time of the process with all its threads, without those that it started. */
  readonly cpuSeconds: number
  /** The most that the process had in memory. */
  readonly peakMegabytes: number
}

if (process.env.CHANNEL_BUDGETS_PROBE) watch()

function watch(): void {
  let firstVerdictSeconds: number | undefined
  const { stderr } = process
  // Progress is told to terminals only.
  stderr.isTTY = true
  const write = stderr.write.bind(stderr)
  stderr.write = ((text: string | Uint8Array, ...rest: []) => {
    if (!String(text).startsWith('\r')) return write(text, ...rest)
    firstVerdictSeconds ??= performance.now() / 1000
    return true
  }) as typeof stderr.write
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    const told: Told = {
      ...(firstVerdictSeconds !== undefined && { firstVerdictSeconds }),
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      peakMegabytes: maxRSS / 1024,
    }
    writeSync(TOLD_FD, JSON.stringify(told))
  })
}
