/** The reference server as a target: a process of its own, many servers in it, each on a port of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { type Receiver, startReceiver } from '../drive/receiver.ts'
import type { Launched, Site } from '../drive/site.ts'
import { readAdvertised } from './advertised.ts'
import { type Target, TargetUnavailable } from './target.ts'
import { readDiscovery, readImplementation } from './url.ts'

/** A named deliberate defect of the reference server. */
export interface Fault {
  readonly name: string
  readonly misdeed: string
  readonly breaks: readonly string[]
}

/** What a server is started with. */
export interface StartOptions {
  readonly faults?: readonly string[]
  readonly testTimings?: boolean
  readonly profiles?: readonly string[]
}

/** The process that holds reference servers. */
export interface ReferenceHost {
  /** The faults that the reference server knows. */
  faults(): Promise<Fault[]>
  /** Starts a server and opens it as a target. */
  start(options: StartOptions): Promise<Target>
  stop(): Promise<void>
}

type Reply = Readonly<Record<string, unknown>> & { readonly id: number; readonly error?: string }

const START_MS = 20_000

/** Starts the host process; it ends with its standard input. */
export async function startReferenceHost(): Promise<ReferenceHost> {
  const manifest = createRequire(import.meta.url).resolve(
    '@channel-protocol/reference-server/package.json',
  )
  const child = spawn(process.execPath, [join(dirname(manifest), 'src/faults/host.ts')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ask = makeAsking(child)
  const receiver = await startReceiver({ host: '127.0.0.1', port: 0 })

  async function launch(options: StartOptions, webhookPrefix: string): Promise<Launched> {
    const { ready } = (await ask('start', {
      faults: options.faults ?? [],
      test_timings: options.testTimings !== false,
      webhook_base: `${receiver.url}${webhookPrefix}`,
      ...(options.profiles && { profiles: options.profiles }),
    })) as unknown as { ready: { url: string } }
    const document = await readDiscovery(ready.url)
    const site: Site = {
      baseUrl: ready.url,
      advertised: readAdvertised(ready.url, document, DEVELOPMENT.webhook_secrets),
      applicationKeys: DEVELOPMENT.application_keys,
      listedOrigin: DEVELOPMENT.origins[0],
      receiver,
      webhookPrefix,
      launch: (prefix) => launch(options, prefix),
    }
    let isOver = false
    const end = async (how: 'drain' | 'stop'): Promise<void> => {
      if (isOver) return
      isOver = true
      await ask(how, { url: ready.url })
    }
    return { site, drain: () => end('drain'), stop: () => end('stop') }
  }

  return {
    faults: async () => (await ask('list', {})).faults as Fault[],
    async start(options) {
      const { site, stop } = await launch(options, `/i/${randomBytes(9).toString('hex')}`)
      const implementation = readImplementation(await readDiscovery(site.baseUrl))
      return {
        name: `the reference server${options.faults?.length ? ` with ${options.faults.join(', ')}` : ''}`,
        ...(implementation && { implementation }),
        secrets: [...DEVELOPMENT.application_keys, ...DEVELOPMENT.webhook_secrets],
        site,
        stop,
      }
    },
    stop: () => endHost(child, receiver),
  }
}

/** Requests and replies over the process's standard streams, joined by `id`. */
function makeAsking(child: ChildProcess): (verb: string, members: object) => Promise<Reply> {
  const waiting = new Map<
    number,
    { resolve: (reply: Reply) => void; reject: (error: Error) => void }
  >()
  let complaints = ''
  let last = 0
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString('utf8')).slice(-4000)
  })
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const reply = JSON.parse(line) as Reply
      const asked = waiting.get(reply.id)
      waiting.delete(reply.id)
      if (reply.error === undefined) asked?.resolve(reply)
      else
        asked?.reject(new TargetUnavailable(`the reference server did not start: ${reply.error}`))
    })
  }
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) {
      reject(
        new TargetUnavailable(
          `the reference server ended (${signal ?? code}): ${complaints.trim()}`,
        ),
      )
    }
    waiting.clear()
  })
  return (verb, members) => {
    last += 1
    const id = last
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(id)
        reject(
          new TargetUnavailable(
            `the reference server did not answer ${verb} within ${START_MS / 1000} s`,
          ),
        )
      }, START_MS)
      waiting.set(id, {
        resolve: (reply) => {
          clearTimeout(late)
          resolve(reply)
        },
        reject: (error) => {
          clearTimeout(late)
          reject(error)
        },
      })
      if (child.exitCode !== null || child.signalCode !== null) {
        waiting
          .get(id)
          ?.reject(new TargetUnavailable(`the reference server has ended: ${complaints.trim()}`))
        waiting.delete(id)
      } else child.stdin?.write(`${JSON.stringify({ id, [verb]: members })}\n`)
    })
  }
}

async function endHost(child: ChildProcess, receiver: Receiver): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
  child.stdin?.end()
  const hard = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(hard)
  await receiver.stop()
}
