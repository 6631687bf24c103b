/** Prints what commands of the suite cost on this machine, for the table of times in `RESULTS.md`: `node conformance/tools/budgets.ts [command [argument...]]`. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Told } from './budgets/probe.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const PROBE = new URL('budgets/probe.ts', import.meta.url).href
/** As `npm run conformance` and the bin start it. */
const FLAGS = ['--max-semi-space-size=4', '--v8-pool-size=1', '--import', PROBE]

const own = process.argv.slice(2)
// The first run fills the cache of compiled modules.
const commands = own.length > 0 ? [own] : [['list'], ['list'], ['run']]
console.log('seconds  first verdict  CPU of the suite  memory  command')
for (const command of commands) {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...FLAGS, MAIN, ...command], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    env: { ...process.env, CHANNEL_BUDGETS_PROBE: '1' },
  })
  const [told, [code]] = await Promise.all([
    text(child.stdio[3] as NodeJS.ReadableStream),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  const seconds = (performance.now() - startedAt) / 1000
  const { firstVerdictSeconds, cpuSeconds, peakMegabytes } = JSON.parse(told) as Told
  console.log(
    [
      seconds.toFixed(2).padStart(7),
      (firstVerdictSeconds?.toFixed(2) ?? '-').padStart(13),
      cpuSeconds.toFixed(2).padStart(16),
      `${peakMegabytes.toFixed(0)} MB`.padStart(8),
      `${command.join(' ')}${code === 0 ? '' : ` (exit code ${code})`}`,
    ].join('  '),
  )
}
