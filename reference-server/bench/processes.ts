/** Processes of a benchmark; it alone knows how they are started on a core of their own, measured and ended. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Of one process: seconds of CPU that it used, and KiB that it holds in memory. */
export interface Usage {
  cpuSeconds: number
  rssKib: number
}

/** The kernel counts CPU time in these. */
const TICKS_PER_SECOND = 100

const CAN_PIN = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0

/** Starts a Node program, pinned to `core` where the machine has taskset and two cores. */
export function startNode(
  args: readonly string[],
  core: 0 | 1,
  stdio: 'ipc' | 'none' = 'none',
): ChildProcess {
  const command = [process.execPath, ...args]
  const [program = '', ...rest] = CAN_PIN ? ['taskset', '-c', String(core), ...command] : command
  const channel = stdio === 'ipc' ? (['ipc'] as const) : []
  return spawn(program, rest, { stdio: ['ignore', 'ignore', 'inherit', ...channel] })
}

/** Ends a process and resolves when it is gone. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** What the process `pid` has used so far; Linux only. */
export function readUsage(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssKib: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]),
  }
}
