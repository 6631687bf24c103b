/** Pages of tests: it alone knows how a test sees what reaches a page on a socket. */
import { WebSocket } from 'ws'

/** A page on a socket. */
export interface OpenPage {
  socket: WebSocket
  /** What came so far. */
  texts: string[]
  /** Resolves when the upgrade is complete. */
  opened: Promise<void>
  /** Code and reason of the end. */
  closed: Promise<[number, string]>
  /** Resolves when there are as many texts. */
  until(count: number): Promise<string[]>
}

/** Opens a socket as a page does. */
export function openPage(url: string, options: { origin?: string } = {}): OpenPage {
  const socket = new WebSocket(url, options)
  const texts: string[] = []
  const waiting: (() => void)[] = []
  socket.on('message', (data) => {
    texts.push(String(data))
    waiting.shift()?.()
  })
  socket.on('error', () => {})
  return {
    socket,
    texts,
    opened: new Promise<void>((resolve) => socket.once('open', () => resolve())),
    closed: new Promise<[number, string]>((resolve) =>
      socket.once('close', (code, reason) => resolve([code, String(reason)])),
    ),
    async until(count: number): Promise<string[]> {
      while (texts.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
      return texts
    },
  }
}
