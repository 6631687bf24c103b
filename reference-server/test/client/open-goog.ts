/** A page of the original in fake surroundings: it alone writes down its callbacks with the state in which they came. */
import { type GoogAppengine, type GoogSocket, makeGoogAppengine } from '../../client/goog-socket.ts'
import { type FakeSurroundings, makeFakeSurroundings } from './fake-surroundings.ts'

/** One callback: its name, `readyState` and argument. */
export type Called = [name: string, state: number, argument: unknown]

/** A page with one channel that is open or about to be. */
export interface TestPage {
  goog: GoogAppengine
  page: FakeSurroundings
  socket: GoogSocket
  told: Called[]
}

/** Writes down each callback of a socket. */
export function recordGoog(socket: GoogSocket): Called[] {
  const told: Called[] = []
  for (const name of ['onopen', 'onmessage', 'onerror', 'onclose', 'onreconnect'] as const)
    socket[name] = (argument: unknown) => {
      told.push([name, socket.readyState, argument])
    }
  return told
}

/** Makes a page and opens a channel; its first attempt has begun. */
export async function openGoog(token = 't0k.en'): Promise<TestPage> {
  const page = makeFakeSurroundings()
  const goog = makeGoogAppengine('wss://service.test/v1/connect', page)
  const socket = new goog.Channel(token).open()
  const told = recordGoog(socket)
  await page.settle()
  return { goog, page, socket, told }
}
