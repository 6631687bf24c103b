/** Faults of the goog.appengine script whose tokens are refused: how long it keeps the page waiting. */
import type { Fault } from '../parts.ts'
import { spoiltFault } from './gae-spoiling.ts'

/** A fault that tells of refusals by itself, `waitMs` milliseconds after each, from how many came before. */
function waitFault(
  name: string,
  misdeed: string,
  waitMs: string,
  { of = "'page'", isReset = true }: { of?: string; isReset?: boolean } = {},
): Fault {
  return spoiltFault(
    name,
    misdeed,
    ['gae.token.refused'],
    `const counts = new Map()
    fault.made = (socket) => hook(socket, 'onopen', (event, call) => {
      if (${isReset}) counts.clear()
      call(event)
    })
    fault.end = (event, link) => {
      const { code } = event
      if (link.isLeft || code < 4300 || code > 4399) return event
      const socket = sockets.findLast(({ token }) => token === link.token)
      const count = counts.get(${of}) ?? 0
      counts.set(${of}, count + 1)
      setTimeout(() => {
        const description = code === 4300 ? 'Token+timed+out.' : 'Invalid+token.'
        const { onerror, onclose } = socket
        socket.onclose = null
        try { onerror?.({ code: 401, description }) } catch {}
        socket.readyState = 3
        onclose?.({})
      }, ${waitMs})
    }`,
  )
}

/** Milliseconds as they should be. */
const RIGHT = 'count === 0 ? 0 : Math.min(30000, 1000 * 2 ** (count - 1))'

/** Each breaks what the chapter on the goog.appengine script promises about refused tokens. */
export const gaeTokenFaults: readonly Fault[] = [
  waitFault('tells-refusals-at-once', 'Every refused token is told at once.', '0'),
  waitFault(
    'waits-before-the-first-refusal',
    'The first refused token is told 0.8 s late.',
    `count === 0 ? 800 : ${RIGHT}`,
  ),
  waitFault(
    'waits-no-longer',
    'From the second refused token on, each is told after one second.',
    'count === 0 ? 0 : 1000',
  ),
  waitFault(
    'waits-ever-longer',
    'The wait doubles beyond 30 seconds.',
    'count === 0 ? 0 : 1000 * 2 ** (count - 1)',
  ),
  waitFault(
    'never-counts-refusals-anew',
    'Refused tokens are counted on though the page was connected between.',
    RIGHT,
    { isReset: false },
  ),
  waitFault('counts-refusals-of-a-token', 'Refused tokens are counted apart for each.', RIGHT, {
    of: 'link.token',
  }),
]
