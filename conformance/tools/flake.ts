/**
 * Shows that no verdict depends on a machine's mood: runs the suite again and again against the reference server, started
 * and by URL behind a slow proxy, while a loop keeps a core busy. `node conformance/tools/flake.ts [repeats] [seed]`.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { startLatencyProxy } from './flake/latency-proxy.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SUITE = 'conformance/src/main.ts'
const SERVER = 'reference-server/src/main.ts'
/** Longest time of one repeat, in milliseconds. */
const REPEAT_MS = 300_000
const START_MS = 20_000

const repeats = Number(process.argv[2] ?? 5)
const seed = Number(process.argv[3] ?? 1)
if (!Number.isInteger(repeats) || repeats < 1 || !Number.isInteger(seed)) {
  process.stderr.write('give the number of repeats, and a seed: two whole numbers\n')
  process.exit(2)
}

const busy = new Worker('for (;;) Math.sqrt(Math.random())', { eval: true })
const proxy = await startLatencyProxy(seed)
const webhooks = `http://127.0.0.1:${await findFreePort()}`
const port = await findFreePort()
const url = `http://127.0.0.1:${proxy.port}`
proxy.lead(port)
const server = spawn(
  process.execPath,
  [
    SERVER,
    ...['--port', `${port}`, '--private-port', '0', '--base-url', url],
    ...['--application-base', webhooks, '--test-timings'],
  ],
  { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
)
let failures = 0
try {
  await isListening(port)
  const always = ['--quiet', '--seed', `${seed}`, '--repeat', `${repeats}`]
  failures += await repeat('started by the suite', always)
  failures += await repeat('by URL behind a slow proxy', [url, '--webhooks', webhooks, ...always])
} finally {
  server.kill('SIGKILL')
  proxy.stop()
  await busy.terminate()
}
process.exitCode = failures > 0 ? 1 : 0

/** Runs the suite; 1 where not every repeat was conformant. */
async function repeat(what: string, args: readonly string[]): Promise<number> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [SUITE, 'run', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: REPEAT_MS * repeats,
    killSignal: 'SIGKILL',
  })
  const code = await echo(child)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0)
  process.stdout.write(`${what}: exit ${code} after ${repeats} repeats in ${seconds} s\n`)
  return code === 0 ? 0 : 1
}

async function echo(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => process.stdout.write(`${line}\n`))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return code ?? signal
}

async function findFreePort(): Promise<number> {
  const probe = createServer()
  probe.listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port: free } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return free
}

async function isListening(at: number): Promise<void> {
  const untilMs = performance.now() + START_MS
  while (performance.now() < untilMs) {
    const answer = await fetch(`http://127.0.0.1:${at}/v1`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
  throw new Error('the reference server does not answer')
}
