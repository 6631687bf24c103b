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

/** Bound of one turn of a page, in milliseconds. */
const TURN_MS = 2000
/** Turns of one step, for a page whose timers never end. */
const MOST_TURNS = 20_000

const { process } = globalThis

function play({ world, facts, script, steps }: Request): unknown {
  const { URL, URLSearchParams, TextEncoder, TextDecoder, Headers, atob, btoa } = globalThis
  const given = { URL, URLSearchParams, TextEncoder, TextDecoder, Headers, atob, btoa }
  const context = createContext({ ...given }, { microtaskMode: 'afterEvaluate' })
  // What promises of the page do is part of its turn, and bounded with it.
  const evaluate = (code: string, filename = 'world'): unknown =>
    new Script(code, { filename }).runInContext(context, { timeout: TURN_MS })
  evaluate(`globalThis.__world = (${world})(globalThis, ${JSON.stringify(facts)})`)
  const attempt = (code: string, filename: string): void => {
    try {
      evaluate(code, filename)
    } catch (error) {
      const what = (error as Error | undefined)?.message
      evaluate(`__world.threw(${JSON.stringify(String(what))})`)
    }
  }
  for (const step of steps) {
    if (step.do === 'load') {
      attempt(script, 'jsapi')
      evaluate('__world.loaded()')
    } else if (step.do === 'run') attempt(step.code ?? '', 'page')
    else {
      const turn = `__world.step(${JSON.stringify(JSON.stringify(step))})`
      for (let turns = 0; turns < MOST_TURNS && evaluate(turn) === true; ) turns += 1
    }
  }
  return JSON.parse(String(evaluate('__world.seen()')))
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
