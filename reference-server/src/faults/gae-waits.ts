/** Faults of the goog.appengine script while it is away: how long it waits before it comes back, and what state it says that it is in. */
import type { Fault } from '../parts.ts'
import { spoiltFault } from './gae-spoiling.ts'

/** Changes what a socket says of its state. */
const onState = (expression: string): string => `fault.made = (socket) => {
  let state = socket.readyState
  let [wasOpen, wasAway] = [false, false]
  Object.defineProperty(socket, 'readyState', {
    get: () => ${expression},
    set: (next) => {
      wasAway ||= wasOpen && next === 0
      wasOpen ||= next === 1
      state = next
    },
  })
}`

/** Each breaks what the chapter on the goog.appengine script promises about coming back by itself. */
export const gaeWaitFaults: readonly Fault[] = [
  spoiltFault(
    'waits-after-losses-no-longer',
    'After each loss, the script comes back as after the first.',
    ['gae.end.silent'],
    `const set = setTimeout
    fault.end = (event) => {
      if (event.code !== 1006) return event
      globalThis.setTimeout = (callback, ms) => set(callback, ms >= 1000 ? 1500 : ms)
      set(() => { globalThis.setTimeout = set })
      return event
    }`,
  ),
  spoiltFault(
    'never-rests-after-losses',
    'After a loss, the script waits 2.5 s where it was connected for half a minute.',
    ['gae.end.silent'],
    `fault.end = (event, link) => {
      if (event.code !== 1006 || Date.now() - link.madeMs < 30_000) return event
      setTimeout(() => link.tell.close?.(event), 2500)
    }
    fault.dial = (url, protocols) => {
      setTimeout(() => { links.at(-1).madeMs = Date.now() })
      return [url, protocols]
    }`,
  ),
  spoiltFault(
    'says-open-while-away',
    'While it comes back, a socket says that it is open.',
    ['gae.end.silent'],
    onState('state === 0 && wasOpen ? 1 : state'),
  ),
  spoiltFault(
    'says-connecting-when-back',
    'A socket that came back says that it is connecting.',
    ['gae.end.silent'],
    onState('state === 1 && wasAway ? 0 : state'),
  ),
  spoiltFault(
    'keeps-reconnect-envelopes',
    'What a `reconnect` envelope asks for, the script does after each later connection too.',
    ['gae.end.silent'],
    `let kept
    fault.take = (event, link) => {
      if (event.data.includes('"reconnect"')) kept = event
      if (kept && event.data.includes('"welcome"')) setTimeout(() => link.tell.message?.(kept))
      return event
    }
    fault.end = (event, link) => {
      if (kept) link.tell.message?.(kept)
      return event
    }`,
  ),
  spoiltFault(
    'awaits-only-drains',
    'The script waits as a `reconnect` envelope asks only after a code of 42xx.',
    ['gae.end.silent'],
    `fault.take = (event, link) => {
      if (!event.data.includes('"reconnect"')) return event
      link.kept = event
    }
    fault.end = (event, link) => {
      if (link.kept && event.code >= 4200 && event.code < 4300) link.tell.message?.(link.kept)
      return event
    }`,
  ),
]
