/** The programs that the bench starts, as processes: it alone knows their command lines and what they print. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '../free-port.ts'

const host = '127.0.0.1'
const serviceProgram = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const suiteProgram = fileURLToPath(new URL('../../../conformance/src/main.ts', import.meta.url))
/** Profiles whose checks judge something other than a service. */
const others = ['application', 'client']
const longestOutputBytes = 16 * 1024 * 1024

/** A service on a port of its own. */
export interface BenchService {
  readonly url: string
  /** Where it sends its webhooks, and nobody listens yet. */
  readonly webhooks: string
  /** Resolves when its process has ended. */
  stop(): Promise<void>
}

/** The three things that the bench does; each rejects where its program fails or the signal aborts. */
export interface RunPrograms {
  /** Ids of the checks that are aimed at a fault of the service. */
  listChecks(fault: string, signal: AbortSignal): Promise<readonly string[]>
  /** Starts a service, with a fault or without any. */
  startService(fault: string | undefined, signal: AbortSignal): Promise<BenchService>
  /** Judges a service by some checks; answers the report, which the caller has to validate. */
  judge(service: BenchService, checks: readonly string[], signal: AbortSignal): Promise<unknown>
}

interface ListedCheck {
  readonly id: string
  readonly profile: string
  readonly killedBy: readonly string[]
}

function start(program: string, args: readonly string[]): ChildProcess {
  // What the demo was configured with is not for these.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('CHANNEL_')),
  )
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
}

/** Ends the process and resolves when it has ended. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  await ended
}

/** What a program of the suite prints as JSON; 0 and 1 are exit codes of a run that has a verdict. */
async function readJson(args: readonly string[], signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted()
  const child = start(suiteProgram, args)
  const chunks: Buffer[] = []
  let bytes = 0
  let errors = ''
  const onAbort = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', onAbort, { once: true })
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= longestOutputBytes) chunks.push(chunk)
    else child.kill('SIGKILL')
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(-2000)
  })
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    signal.throwIfAborted()
    if (code === 0 || code === 1) return JSON.parse(Buffer.concat(chunks).toString())
    const [line] = errors.trim().split('\n').slice(-1)
    throw new Error(`the suite ended with ${code}: ${line ?? ''}`)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

async function startService(fault: string | undefined, signal: AbortSignal): Promise<BenchService> {
  const webhooks = `http://${host}:${await findFreePort(host)}`
  signal.throwIfAborted()
  const child = start(serviceProgram, [
    ...['--host', host, '--port', '0', '--private-port', '0', '--test-timings'],
    ...['--application-base', webhooks, '--log-level', 'silent'],
    ...(fault === undefined ? [] : ['--fault', fault]),
  ])
  const onAbort = (): void => void child.kill('SIGKILL')
  signal.addEventListener('abort', onAbort, { once: true })
  child.once('exit', () => signal.removeEventListener('abort', onAbort))
  child.stderr?.resume()
  const url = await readUrl(child)
  if (url === undefined) {
    await end(child)
    throw new Error('the service did not start')
  }
  return { url, webhooks, stop: () => end(child) }
}

/** The address that the service prints first; nothing where it ends instead. */
async function readUrl({ stdout }: ChildProcess): Promise<string | undefined> {
  if (stdout === null) return undefined
  for await (const line of createInterface({ input: stdout })) {
    const url = / at (http:\S+)$/.exec(line)?.[1]
    if (url === undefined) continue
    stdout.resume()
    return url
  }
  return undefined
}

/** Makes what starts the service and the suite of this checkout. */
export function makePrograms(): RunPrograms {
  let listed: Promise<readonly ListedCheck[]> | undefined
  return {
    async listChecks(fault, signal) {
      listed ??= readJson(['list', '--json'], signal) as Promise<readonly ListedCheck[]>
      const checks = await listed.catch((cause: unknown) => {
        listed = undefined
        throw cause
      })
      return checks
        .filter(({ killedBy, profile }) => killedBy.includes(fault) && !others.includes(profile))
        .map(({ id }) => id)
    },
    startService,
    judge: ({ url, webhooks }, checks, signal) =>
      readJson(['run', url, ...checks, '--webhooks', webhooks, '--json', '--quiet'], signal),
  }
}
