/** The reference server behind a slow proxy: it alone knows how a server is started that the suite meets by its URL. */

import { spawn } from 'node:child_process'
import { freePort } from '../../src/target/free-port.ts'
import { startLatencyProxy } from './latency-proxy.ts'

/** A server that runs. */
export interface ServerByUrl {
  /** Where it is: the proxy. */
  readonly url: string
  /** Where it sends its webhooks. */
  readonly webhooks: string
  close(): void
}

const SERVER = 'reference-server/src/main.ts'
const START_MS = 20_000

/** Starts a server with test timings below the root of the project; rejects where it does not answer. */
export async function openByUrl(root: string, seed: number): Promise<ServerByUrl> {
  const proxy = await startLatencyProxy(seed)
  const webhooks = `http://127.0.0.1:${await freePort()}`
  const port = await freePort()
  const url = `http://127.0.0.1:${proxy.port}`
  proxy.lead(port)
  const server = spawn(
    process.execPath,
    [
      SERVER,
      ...['--port', `${port}`, '--private-port', '0', '--base-url', url],
      ...['--application-base', webhooks, '--test-timings'],
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const close = (): void => {
    server.kill('SIGKILL')
    proxy.stop()
  }
  if (await isListening(port)) return { url, webhooks, close }
  close()
  throw new Error('the reference server does not answer')
}

async function isListening(at: number): Promise<boolean> {
  const untilMs = performance.now() + START_MS
  while (performance.now() < untilMs) {
    const answer = await fetch(`http://127.0.0.1:${at}/v1`).catch(() => undefined)
    if (answer?.ok) return true
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
  return false
}
