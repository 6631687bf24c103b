/** The script of the live view: it opens a channel as any page does, and hands on what is pushed to it. */

import type { Goog, GoogSocket } from '../../goog.ts'
import type { BenchState } from '../bench-state.ts'
import type { FeedText, NumberedExchange } from '../feed.ts'
import { joinBench } from './bench.ts'
import { makeLanes } from './lanes.ts'

declare const goog: Goog

type Connection = 'connecting' | 'open' | 'closed'

const expired = 401
const againMs = 3000
const lookMs = 500
const mostWaiting = 500

function find<E extends HTMLElement>(id: string): E {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no #${id}`)
  return element as E
}

const state = find('state')
const pause = find<HTMLButtonElement>('pause')
const heartbeats = find<HTMLInputElement>('heartbeats')
const lanes = makeLanes(find<HTMLOListElement>('exchanges'), find('scroller'))
const bench = joinBench()
let socket: GoogSocket | undefined
let waiting: NumberedExchange[] = []
let newest = 0
let missed = 0

function tell(connection: Connection, words: string): void {
  state.dataset.state = connection
  // What stays the same is not announced again.
  if (state.textContent !== words) state.textContent = words
}

/** The script returns by itself and without a word; only the state of its socket tells. */
function look(): void {
  if (socket?.readyState === 0) tell('connecting', 'Connecting…')
  if (socket?.readyState === 1) tell('open', 'Connected')
}

function isPaused(): boolean {
  return pause.getAttribute('aria-pressed') === 'true'
}

function showCount(): void {
  const parts = [
    ...(isPaused() ? [`${waiting.length} waiting`] : []),
    ...(missed > 0 ? [`${missed} left out, because there were too many at once`] : []),
  ]
  find('count').textContent = parts.join(', ')
  find('empty').hidden = lanes.count() > 0
}

function take({ exchanges = [], skipped = 0, bench: told }: FeedText): void {
  missed += skipped
  const wanted = exchanges.filter(
    ({ kind, n }) => n > newest && (heartbeats.checked || kind !== 'heartbeat'),
  )
  newest = Math.max(newest, exchanges.at(-1)?.n ?? 0)
  if (isPaused()) waiting = [...waiting, ...wanted].slice(-mostWaiting)
  else lanes.add(wanted)
  if (told) bench?.show(told as BenchState)
  showCount()
}

function openLater(): void {
  setTimeout(() => void open(), againMs)
}

/** Opens a channel; where it ends by itself, another is opened with a token of its own. */
async function open(): Promise<void> {
  tell('connecting', 'Connecting…')
  let token: string
  try {
    const answer = await fetch('/live/token')
    const said = (await answer.json().catch(() => ({}))) as { token?: string; detail?: string }
    if (said.token === undefined) throw new Error(said.detail ?? `status ${answer.status}`)
    token = said.token
  } catch (cause) {
    // What fetch throws where there is no answer says nothing to a person.
    const why = cause instanceof TypeError ? 'the demo does not answer' : (cause as Error).message
    tell('closed', `No token: ${why}. Trying again…`)
    openLater()
    return
  }
  let isFinal = false
  socket = new goog.appengine.Channel(token).open({
    onopen: () => tell('open', 'Connected'),
    onmessage: ({ data }) => take(JSON.parse(data) as FeedText),
    onerror: ({ code, description }) => {
      isFinal = code !== expired
      tell('closed', `Ended: ${description.replaceAll('+', ' ')} (${code})`)
    },
    onclose: () => {
      if (!isFinal) openLater()
    },
  })
}

pause.addEventListener('click', () => {
  pause.setAttribute('aria-pressed', String(!isPaused()))
  if (!isPaused()) lanes.add(waiting.splice(0))
  showCount()
})
find('clear').addEventListener('click', () => {
  lanes.clear()
  waiting = []
  missed = 0
  showCount()
})

setInterval(look, lookMs)
addEventListener('pagehide', ({ persisted }) => {
  if (!persisted) socket?.close()
})
void open()
