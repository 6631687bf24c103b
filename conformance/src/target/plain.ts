/** An implementation that takes its settings from its environment and signals for commands; it alone knows how. */

import type { ExecStart } from '@channel-protocol/schemas/types'
import { request } from 'undici'
import { Unsupported } from '../drive/set-up-failed.ts'
import { within } from '../drive/waiting.ts'
import { type Child, startChild } from './child.ts'
import type { ExecOptions } from './exec.ts'
import { freePort } from './free-port.ts'
import type { Implementation } from './implementation.ts'
import { plainEnvironment } from './plain-variables.ts'
import { TargetUnavailable } from './target.ts'
import { makeTurns } from './turns.ts'

const POLL_MS = 25
const ANSWER_MS = 1000
const DRAIN_MS = 60_000
/** Programs that start at once: while they do, they take the processor from what is judged. */
const AT_ONCE = 2

/** Makes an implementation of a program; one process of it is started for each service. */
export function makePlainImplementation({
  program,
  readyMs,
}: {
  /** The program and its arguments. */
  readonly program: readonly string[]
  readonly readyMs: ExecOptions['readyMs']
}): Implementation {
  const children = new Set<Child>()
  const turns = makeTurns(AT_ONCE)
  const endChild = async (child: Child): Promise<void> => {
    children.delete(child)
    await child.end(0)
  }
  const startReady = (start: ExecStart): Promise<{ child: Child; url: string }> =>
    turns(async () => {
      const port = await freePort()
      const child = startChild(program, { env: plainEnvironment(start, port, process.env) })
      children.add(child)
      const path = start.base_url === undefined ? '' : new URL(start.base_url).pathname
      const url = `http://127.0.0.1:${port}${path.replace(/\/+$/, '')}`
      try {
        demandWished(start, await awaitAnswer(child, url, readyMs))
      } catch (error) {
        await endChild(child)
        throw error
      }
      return { child, url }
    })
  return {
    async start(start) {
      if (start.clock === 'virtual') throw new Unsupported('clock')
      const { child, url } = await startReady(start)
      return {
        ready: { url, name: child.name, version: 'unknown' },
        gone: child.gone,
        advance: () => Promise.reject(new Unsupported('advance')),
        async drain() {
          child.terminate()
          const how = await within(child.ended, DRAIN_MS)
          await endChild(child)
          if (how === undefined)
            throw new TargetUnavailable(
              `${child.name} did not end within ${DRAIN_MS / 1000} s after SIGTERM`,
            )
        },
        stop: () => endChild(child),
      }
    },
    async end() {
      await Promise.all([...children].map(endChild))
    },
  }
}

/** The discovery document, as soon as anything answers; undefined where that is none. */
async function awaitAnswer(child: Child, url: string, readyMs: number): Promise<unknown> {
  const untilMs = performance.now() + readyMs
  while (performance.now() < untilMs) {
    const over = child.how()
    if (over !== undefined) throw new TargetUnavailable(over)
    const text = await ask(url)
    if (text !== undefined) return readJson(text)
    await within(child.ended, POLL_MS)
  }
  const evidence = child.evidence()
  throw new TargetUnavailable(
    `nothing answers at ${url}/v1 within ${readyMs / 1000} s; the program has to listen at CHANNEL_HOST and CHANNEL_PORT${evidence === '' ? '' : `; the end of what it said:\n${evidence}`}`,
  )
}

async function ask(url: string): Promise<string | undefined> {
  try {
    const answer = await request(`${url}/v1`, { signal: AbortSignal.timeout(ANSWER_MS) })
    return await answer.body.text()
  } catch {
    return undefined
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A variable that the program takes no notice of is as good as none: what it advertises shows that. */
function demandWished({ limits = {}, profiles }: ExecStart, document: unknown): void {
  const advertised = (document ?? {}) as { limits?: Record<string, unknown>; profiles?: unknown }
  for (const [name, limit] of Object.entries(limits))
    if (advertised.limits?.[name] !== limit) throw new Unsupported('limits')
  const offered = advertised.profiles
  if (profiles && Array.isArray(offered) && offered.some((name) => !profiles.includes(name)))
    throw new Unsupported('profiles')
}
