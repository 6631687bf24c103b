/** The program of a process of clients: it alone knows their channels and sockets, and reports all that they hear. */
import { WebSocket } from 'ws'
import { Channel } from '../client/channel.ts'
import type { TokenAnswer } from '../client/keeper.ts'
import { realSurroundings } from '../client/surroundings.ts'
import type { Transport } from '../client/transports.ts'
import type { Order, Word } from './host-words.ts'

interface Listener {
  channel: Channel
  drop(): void
}

const listeners = new Map<number, Listener>()
const sockets = new Map<number, WebSocket>()
const calls = new Map<number, (answer: TokenAnswer | undefined) => void>()
let newestCall = 0

const tell = (word: Word): void => {
  process.send?.(word)
}

function ask(channel: number): Promise<TokenAnswer> {
  newestCall += 1
  const call = newestCall
  tell({ told: 'token', channel, call })
  return new Promise((resolve, reject) => {
    calls.set(call, (answer) => {
      calls.delete(call)
      if (answer) resolve(answer)
      else reject(new Error('the service gave no token'))
    })
  })
}

function listen(name: number, transport: Transport): void {
  let drop = (): void => {}
  const channel = new Channel({
    token: () => ask(name),
    transport,
    surroundings: {
      openWebSocket: (url, protocols) => {
        const socket = new WebSocket(url, protocols)
        // An error is followed by `close`.
        socket.on('error', () => {})
        drop = () => socket.terminate()
        return socket
      },
      fetch: (url, init) => {
        const broken = new AbortController()
        drop = () => broken.abort()
        const signals = [broken.signal, ...(init.signal ? [init.signal] : [])]
        return realSurroundings.fetch(url, { ...init, signal: AbortSignal.any(signals) })
      },
    },
  })
  channel.onopen = channel.onresumed = ({ resumed }) =>
    tell({ told: 'welcome', channel: name, isWhole: resumed })
  channel.onmessage = ({ id, data }) => tell({ told: 'message', channel: name, id, text: data })
  channel.onbroadcast = ({ id, data }) => tell({ told: 'broadcast', channel: name, id, text: data })
  channel.onreconnecting = () => tell({ told: 'away', channel: name })
  channel.onclose = ({ code, reason }) => {
    listeners.delete(name)
    tell({ told: 'over', channel: name, code, reason })
  }
  listeners.set(name, { channel, drop: () => drop() })
}

function openSocket(name: number, url: string): void {
  const socket = new WebSocket(url)
  sockets.set(name, socket)
  // An error is followed by `close`.
  socket.on('error', () => {})
  socket.on('message', (text) => tell({ told: 'socket-text', socket: name, text: String(text) }))
  socket.on('close', (code) => {
    sockets.delete(name)
    tell({ told: 'socket-over', socket: name, code })
  })
}

process.on('message', (order: Order) => {
  if (order.do === 'listen') listen(order.channel, order.transport)
  if (order.do === 'leave') listeners.get(order.channel)?.channel.close()
  if (order.do === 'drop') listeners.get(order.channel)?.drop()
  if (order.do === 'connect') calls.get(order.call)?.(order.answer)
  if (order.do === 'open-socket') openSocket(order.socket, order.url)
  if (order.do === 'close-socket') sockets.get(order.socket)?.close(1000)
  if (order.do === 'say') {
    const socket = sockets.get(order.socket)
    if (socket?.readyState === WebSocket.OPEN) socket.send(order.text)
  }
})
// Nobody listens to what it could tell any more.
process.on('disconnect', () => process.exit(0))
