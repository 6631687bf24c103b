/**
 * Shows that no verdict depends on a machine's mood: runs the suite again and again against the reference server while a
 * loop keeps a core busy. `node conformance/tools/flake.ts --help` says how.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { openByUrl } from './flake/by-url.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SUITE = 'conformance/src/main.ts'
const LATENCY_PROGRAM = 'conformance/tools/flake/latency-program.ts'
/** Longest time of one repeat, in milliseconds: also where many others have the machine. */
const REPEAT_MS = 900_000

/** What is repeated, by its name in the command line. */
const MODES = {
  started: 'started by the suite, on a virtual clock',
  latency: 'started by the suite, on the real clock, behind slow proxies',
  url: 'by URL behind a slow proxy',
} as const
type Mode = keyof typeof MODES

const NAMES = Object.keys(MODES) as Mode[]

await new Command('flake')
  .description(
    'Runs the suite again and again against the reference server, each time in another order, while a loop keeps a core busy. A mode ends with its first run that is not conformant; the exit code is 1 where there is one.',
  )
  .addArgument(new Argument('[repeats]', 'of each mode').argParser(readWhole).default(5))
  .addArgument(
    new Argument('[seed]', 'of the first order and of all delays').argParser(readWhole).default(1),
  )
  .addOption(new Option('--only <mode>', 'this mode alone').choices(NAMES))
  .addHelpText(
    'after',
    `\nModes, in this order:\n${NAMES.map((name) => `  ${name.padEnd(8)} ${MODES[name]}`).join('\n')}`,
  )
  .action(async (repeats: number, seed: number, { only }: { readonly only?: Mode }) => {
    const busy = new Worker('for (;;) Math.sqrt(Math.random())', { eval: true })
    let failures = 0
    for (const mode of only ? [only] : NAMES) failures += await repeat(mode, repeats, seed)
    await busy.terminate()
    process.exitCode = failures > 0 ? 1 : 0
  })
  .parseAsync()

function readWhole(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.')
  return Number(text)
}

/** Runs the suite; 1 where not every repeat was conformant. */
async function repeat(mode: Mode, repeats: number, seed: number): Promise<number> {
  const always = ['--quiet', '--seed', `${seed}`, '--repeat', `${repeats}`]
  if (mode === 'started') return run(mode, repeats, always)
  if (mode === 'latency') {
    const program = [process.execPath, LATENCY_PROGRAM, `${seed}`]
    return run(mode, repeats, ['--clock', 'real', ...always, '--exec', '--', ...program])
  }
  const { url, webhooks, close } = await openByUrl(ROOT, seed)
  try {
    return await run(mode, repeats, [url, '--webhooks', webhooks, ...always])
  } finally {
    close()
  }
}

async function run(mode: Mode, repeats: number, args: readonly string[]): Promise<number> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [SUITE, 'run', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: REPEAT_MS * repeats,
    killSignal: 'SIGKILL',
  })
  const code = await echo(child)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  const times = repeats === 1 ? 'one run' : `at most ${repeats} runs`
  process.stdout.write(`${MODES[mode]}: exit ${code} after ${times} in ${seconds} s\n`)
  return code === 0 ? 0 : 1
}

async function echo(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => process.stdout.write(`${line}\n`))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return code ?? signal
}
