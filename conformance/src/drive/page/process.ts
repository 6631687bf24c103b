/**
 * Plays pages that its parent sends: a process that may read no file and start nothing, since the scripts that it runs
 * come from the judged service. A realm of `node:vm` keeps each page to itself; the process is what keeps it in.
 */
import { createContext, Script } from 'node:vm'

interface Request {
  readonly id: number
  /** Makes the page: an expression whose value is a function of the page's facts. */
  readonly world: string
  readonly facts: object
  readonly script: string
  readonly steps: readonly { readonly do: string; readonly code?: string }[]
}

/** Bound of a page between two of its errors, in milliseconds; a page takes a few. */
const BOUND_MS = 2000
/** Turns of one step, for a page whose timers never end. */
const MOST_TURNS = 20_000
/** Scripts that are kept for the next page. */
const MOST_COMPILED = 1000

const { process } = globalThis

/** Something that is done with a page. */
interface Act {
  readonly run: () => void
  /** Whether an error of it is the page's, which the page goes on after. */
  readonly isOfPage: boolean
}

let bounded: () => unknown = () => undefined
Object.defineProperty(globalThis, 'bounded', { get: () => bounded })
const guard = new Script('bounded()')

/** The work's value; throws when it is not done in time. The bound is a thread, ten times what it bounds, so turns share one. */
function withinBound<T>(work: () => T): T {
  bounded = work
  return guard.runInThisContext({ timeout: BOUND_MS, displayErrors: false }) as T
}

const compiled = new Map<string, Script>()

/** A script that is compiled once for all pages that run the same. */
function compile(code: string, filename: string): Script {
  const known = compiled.get(code)
  if (known) return known
  const script = new Script(code, { filename })
  if (compiled.size === MOST_COMPILED) compiled.clear()
  compiled.set(code, script)
  return script
}

function play({ world, facts, script, steps }: Request): unknown {
  const { URL, URLSearchParams, TextEncoder, TextDecoder, Headers, atob, btoa } = globalThis
  const given = { URL, URLSearchParams, TextEncoder, TextDecoder, Headers, atob, btoa }
  const context = createContext({ ...given }, { microtaskMode: 'afterEvaluate' })
  // What promises of the page do is part of its turn, and bounded with it.
  const evaluate = (code: string, filename = 'world'): unknown =>
    compile(code, filename).runInContext(context)
  const foreign = (code: string, filename: string): Act => ({
    run: () => void evaluate(code, filename),
    isOfPage: true,
  })
  const own = (run: () => void): Act => ({ run, isOfPage: false })
  const acts = steps.flatMap((step): Act[] => {
    if (step.do === 'load')
      return [foreign(script, 'jsapi'), own(() => void evaluate('__world.loaded()'))]
    if (step.do === 'run') return [foreign(step.code ?? '', 'page')]
    const turn = compile(`__world.step(${JSON.stringify(JSON.stringify(step))})`, 'world')
    return [
      own(() => {
        for (let turns = 0; turns < MOST_TURNS && turn.runInContext(context) === true; ) turns += 1
      }),
    ]
  })
  let done = 0
  const goOn = (): void => {
    for (; done < acts.length; done += 1) acts[done]?.run()
  }
  withinBound(() => {
    evaluate(`globalThis.__world = (${world})`)
    evaluate(`__world = __world(globalThis, ${JSON.stringify(facts)})`)
  })
  while (done < acts.length) {
    try {
      withinBound(goOn)
    } catch (error) {
      if (!acts[done]?.isOfPage) throw error
      done += 1
      const what = (error as Error | undefined)?.message
      withinBound(() => evaluate(`__world.threw(${JSON.stringify(String(what))})`))
    }
  }
  return JSON.parse(String(withinBound(() => evaluate('__world.seen()'))))
}

// A promise of a page that nobody caught is the page's business.
process.on('unhandledRejection', () => {})
process.on('uncaughtException', () => {})
process.on('message', (request: Request) => {
  let reply: object
  try {
    reply = { events: play(request) }
  } catch (error) {
    reply = { failure: String((error as Error | undefined)?.message) }
  }
  process.send?.({ id: request.id, ...reply })
})
// Of this realm, where a script that gets out of its own would look for them.
for (const name of ['process', 'fetch', 'WebSocket', 'EventSource'])
  Reflect.deleteProperty(globalThis, name)
