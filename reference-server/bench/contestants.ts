/** Who is measured; it alone knows how each is started and how it is asked. */
import type { ChildProcess } from 'node:child_process'
import { connect } from 'node:net'
import { LIMITS, TIMINGS } from '@channel-protocol/schemas/registry'
import { findFreePort } from '../demos/free-port.ts'
import { SETTABLE_LIMITS, SETTABLE_TIMINGS } from '../src/setting-rows.ts'
import { startNode, stop } from './processes.ts'

/** Names of the contestants: this server, the same with its state in Redis or without joined writes, and what one writes first. */
export const CONTESTANTS = ['service', 'redis', 'unjoined', 'naive'] as const
export type Contestant = (typeof CONTESTANTS)[number]

/** A server that runs. */
export interface Running {
  contestant: Contestant
  child: ChildProcess
  pid: number
  port: number
}

/** Published nowhere: whatever a benchmark starts listens on loopback only, and for seconds. */
export const APPLICATION_KEY = 'benchmark-application-key'
export const SIGNING_KEY = 'benchmark-signing-key-of-32-characters'

const RATES = [
  'messages-per-second',
  'broadcasts-per-second',
  'calls-per-second',
  'handshakes-per-second',
  'address-handshakes-per-second',
]

/**
 * As `npm start` runs it: what a crowd of handshakes leaves behind is collected, and not kept as memory of the process, and
 * threads that collect and compile do not take the core from what they work for.
 */
export const NODE_FLAGS = ['--max-semi-space-size=4', '--v8-pool-size=1', '--no-parallel-scavenge']

/** Production timings and limits, but for the rates, which would refuse the load. */
const FLAGS = [
  ['--application-key', APPLICATION_KEY],
  ['--signing-key', SIGNING_KEY],
  ['--private-port', '0'],
  ...RATES.map((name) => [`--${name}`, '100000000']),
].flat()

/** The default of every timing and limit as flags, for a server that is started with shorter ones than production has. */
function makeDefaults(): string[] {
  const flag = (name: string, value: unknown): string[] => [
    `--${name.replaceAll('_', '-')}`,
    String(value),
  ]
  const timings = SETTABLE_TIMINGS.flatMap((name) => flag(name, TIMINGS[name].default))
  return [...timings, ...SETTABLE_LIMITS.flatMap((name) => flag(name, LIMITS[name].default))]
}

/**
 * Starts a contestant on a core of its own and resolves when it listens.
 * @param windowMessages how many messages are held for replay; the default unless given
 * @param broker where the state is; in memory unless given
 */
export async function start(
  contestant: Contestant,
  given: {
    windowMessages?: number | undefined
    webhooks?: string | undefined
    broker?: string | undefined
  } = {},
): Promise<Running> {
  const port = await findFreePort('127.0.0.1')
  const directory = import.meta.dirname
  const programs: Record<Contestant, string[]> = {
    service: [`${directory}/../src/main.ts`],
    redis: [`${directory}/../src/main.ts`],
    unjoined: [`${directory}/servers/unjoined.ts`],
    naive: [`${directory}/servers/naive.ts`, String(port)],
  }
  const held = given.windowMessages
  const window = held
    ? ['--test-timings', ...makeDefaults(), '--resume-messages', String(held)]
    : []
  const webhooks = given.webhooks
    ? ['--application-base', given.webhooks, '--webhook-secret', SECRET]
    : []
  const broker = given.broker ? ['--broker', given.broker] : []
  const flags = [...window, ...FLAGS, '--port', String(port), ...webhooks, ...broker]
  const child = startNode(
    contestant === 'naive' ? programs.naive : [...NODE_FLAGS, ...programs[contestant], ...flags],
    0,
  )
  try {
    await untilListening(port, child)
  } catch (cause) {
    await stop(child)
    throw cause
  }
  return { contestant, child, pid: child.pid ?? 0, port }
}

const SECRET = `whsec_${Buffer.from('a secret of a benchmark, 24+ bytes').toString('base64')}`

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    if (child.exitCode !== null) throw new Error(`a server ended with ${child.exitCode}`)
    if (await canConnect(port)) return
    await new Promise((resolve) => {
      setTimeout(resolve, 50)
    })
  }
  throw new Error(`nothing listens on port ${port}`)
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
