/** What happens on a page that the suite plays: its own code, its clock, and a service at the other end of its WebSockets. */

/** One thing that happens; `on` names the token of the connection. Plain data, since it is played in another process. */
export type PageStep =
  | { readonly do: 'run'; readonly code: string }
  | { readonly do: 'load' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'accept'; readonly on: string; readonly withinMs: number }
  | { readonly do: 'welcome'; readonly on: string; readonly members: Members }
  | { readonly do: 'frame'; readonly on: string; readonly text: string }
  | { readonly do: 'end'; readonly on: string; readonly code: number; readonly reason: string }

/** Members of an envelope. */
export type Members = Readonly<Record<string, unknown>>

/** Longest wait for a page that comes back, on its own clock: the longest back-off and some more. */
const PATIENCE_MS = 90_000

/** Page code, a script of its own. It has `page`, see `world.ts`, and whatever the judged script defined. */
export const run = (code: string): PageStep => ({ do: 'run', code })

/** The judged script, as its tag would run it. */
export const load: PageStep = { do: 'load' }

/** Time on the clock of the page; its timers run. */
export const wait = (seconds: number): PageStep => ({ do: 'pass', ms: seconds * 1000 })

/** A connection that the page begins, now or later, is let in. */
export const accept = (on: string): PageStep => ({ do: 'accept', on, withinMs: PATIENCE_MS })

/** An envelope on the newest connection with this token; a text is sent as it is. */
export const frame = (on: string, envelope: object | string): PageStep => ({
  do: 'frame',
  on,
  text: typeof envelope === 'string' ? envelope : JSON.stringify(envelope),
})

/** A welcome; `resumed: 'asked'` says yes where the page gave a cursor, and elsewhere `newest` is its `seq`. */
export const welcome = (on: string, members: Members = {}): PageStep => ({
  do: 'welcome',
  on,
  members,
})

/** Let in and welcomed. */
export const connected = (on: string, members: Members = {}): readonly PageStep[] => [
  accept(on),
  welcome(on, members),
]

/** The newest connection with this token ends; with 1006, without a Close frame. */
export const end = (on: string, code: number, reason = ''): PageStep => ({
  do: 'end',
  on,
  code,
  reason,
})
