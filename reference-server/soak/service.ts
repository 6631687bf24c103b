/** The service under load: it alone knows its flags, and that it comes back where it was. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStore } from '../cluster/store.ts'
import { findFreePort } from '../demos/free-port.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'

/** A service that dies and comes back at one address. */
export interface Service {
  baseUrl(): string
  /** Ends it and starts it again after `pauseMs`. */
  restart(signal: 'SIGTERM' | 'SIGKILL', pauseMs: number): Promise<void>
  /** Exit code and signal where it ended by itself; nothing while it runs as it should. */
  defect(): string | undefined
  stop(): Promise<void>
}

/** What the service keeps its promises with: short waits, so that a round shows what takes hours otherwise. */
const FLAGS = [
  ...['--private-port', '0', '--log-level', 'silent', '--test-timings'],
  ...['--request-timeout-seconds', '10'],
  ...['--heartbeat-seconds', '2', '--pong-timeout-seconds', '4', '--drain-seconds', '1'],
  ...['--presence-grace-seconds', '1', '--connections', '2000', '--socket-ttl-seconds', '30'],
  ...['--messages-per-second', '2000', '--broadcasts-per-second', '200'],
  ...['--resume-window-seconds', '3600'],
  ...['--idempotency-window-seconds', '120', '--idempotency-results', '200000'],
  ...['--webhook-retry-seconds', `0.2,0.4,${new Array(60).fill('1').join(',')}`],
]
/** With memory a crowd that is away for seconds misses something, and is told so. */
const SHORT_WINDOW = ['--resume-messages', '15']
const LONG_WINDOW = ['--resume-messages', '5000', '--resume-bytes', '4194304']

/**
 * Starts the service, with its state where `broker` says: `memory`, `sqlite` (a new file), `redis` (one of its own) or
 * what the server takes. Rejects where there is no such state.
 */
export async function startSoakedService(
  broker: string,
  moreFlags: readonly string[],
): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'channel-soak-'))
  const store = broker === 'redis' ? await startStore() : undefined
  const kept = store?.url ?? (broker === 'sqlite' ? `sqlite:${join(folder, 'state.db')}` : broker)
  const state = broker === 'memory' ? SHORT_WINDOW : ['--broker', kept, ...LONG_WINDOW]
  let isExpected = false
  let defect: string | undefined
  let server = await start(await findFreePort('127.0.0.1'))

  async function start(port: number): Promise<ServerProcess> {
    const started = await startServerProcess({
      flags: [...FLAGS, ...state, ...moreFlags, '--port', String(port)],
    })
    isExpected = false
    started.process.once('exit', (code, signal) => {
      if (!isExpected)
        defect = `the server ended by itself (${code ?? signal}): ${started.errors()}`
    })
    return started
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    isExpected = true
    await server.end(signal)
  }

  return {
    baseUrl: () => server.baseUrl,
    defect: () => defect,
    restart: async (signal, pauseMs) => {
      await end(signal)
      await new Promise((resolve) => {
        setTimeout(resolve, pauseMs)
      })
      server = await start(server.port)
    },
    stop: async () => {
      await end('SIGKILL')
      await store?.end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
