/** The clients of the soak: they alone know which channel listens for which client id, and all that each has heard. */
import type { TokenAnswer } from '../client/keeper.ts'
import type { Books, Heard } from './books.ts'
import type { Calls } from './calls.ts'
import { type HostProcess, startHost } from './host-process.ts'
import type { Word } from './host-words.ts'
import type { Step } from './ledger.ts'
import type { Random } from './random.ts'

/** What listeners work with. */
export interface ListenerParts {
  clientIds: readonly string[]
  /** Processes that they are spread over. */
  hosts: number
  calls: Calls
  books: Books
  random: Random
  /** Words about sockets, which are somebody else's. */
  onSocketWord(word: Word): void
  /** Called after every word. */
  onWord(): void
  /** Hears of what must not happen to the soak itself. */
  onDefect(defect: string): void
}

/** The listeners of all client ids: each has one that listens, or is about to. */
export interface Listeners {
  /** Ends the channel of a client id with a goodbye, and opens another. */
  flap(clientId: string): void
  /** Breaks the connection of a client id. */
  drop(clientId: string): void
  /** Ends a process of clients with `kill -9`, and starts another with new channels. */
  kill(host: number): Promise<void>
  /** A process, to open sockets in. */
  host(index: number): HostProcess
  /** Whether each client id is connected. */
  areConnected(): boolean
  /** Client ids whose listener has not heard both texts yet. */
  awaiting(message: string, broadcast: string): string[]
  /** What was heard of each client id since the last time; those that listen go on. */
  take(): Map<string, Heard[]>
  stop(): Promise<void>
}

interface Listener {
  channel: number
  clientId: string
  host: number
  wasThere: boolean
  isThere: boolean
  isConnected: boolean
  messages: Step[]
  broadcasts: Step[]
}

/** Starts processes and opens a channel for each client id. */
export function startListeners(parts: ListenerParts): Listeners {
  const { clientIds, calls, books, random } = parts
  const hosts: HostProcess[] = []
  /** Every one of this round by its channel. */
  const listeners = new Map<number, Listener>()
  const current = new Map<string, Listener>()
  let channels = 0
  let isStopped = false

  function listen(clientId: string, host: number): void {
    channels += 1
    const fresh = {
      wasThere: false,
      isThere: true,
      isConnected: false,
      messages: [],
      broadcasts: [],
    }
    const listener: Listener = { ...fresh, channel: channels, clientId, host }
    listeners.set(channels, listener)
    current.set(clientId, listener)
    const transport = random.chance(0.3) ? 'event-stream' : 'websocket'
    hosts[host]?.send({ do: 'listen', channel: channels, transport })
  }

  function giveUp(listener: Listener): void {
    listener.isThere = false
    if (current.get(listener.clientId) === listener) current.delete(listener.clientId)
  }

  async function giveToken(listener: Listener, call: number): Promise<void> {
    const { channel, host } = listener
    const answer = await calls.post('/v1/tokens', { client_id: listener.clientId })
    const isToken = answer?.status === 201
    const step: Step = { kind: 'minted', answeredAt: books.moment() }
    listener.messages.push(step)
    listener.broadcasts.push(step)
    const token = isToken ? (answer.body as unknown as TokenAnswer) : undefined
    hosts[host]?.send({ do: 'connect', channel, call, answer: token })
  }

  function hear(word: Word): void {
    if (!('channel' in word)) {
      parts.onSocketWord(word)
      return
    }
    const listener = listeners.get(word.channel)
    if (!listener) return
    if (word.told === 'token') void giveToken(listener, word.call)
    else if (word.told === 'away') listener.isConnected = false
    else if (word.told === 'welcome') {
      listener.isConnected = true
      const step: Step = { kind: 'welcomed', isWhole: word.isWhole, heardAt: books.moment() }
      listener.messages.push(step)
      listener.broadcasts.push(step)
    } else if (word.told === 'over') {
      const wasCurrent = current.get(listener.clientId) === listener
      giveUp(listener)
      // The service said stop, as it does to those whom the application disconnects.
      if (wasCurrent && !isStopped) listen(listener.clientId, listener.host)
    } else {
      const { id, text, told } = word
      const steps = told === 'message' ? listener.messages : listener.broadcasts
      steps.push({ kind: 'delivered', id, text })
    }
  }

  function open(host: number): void {
    hosts[host] = startHost((word) => {
      hear(word)
      parts.onWord()
    }, parts.onDefect)
    for (const [at, clientId] of clientIds.entries())
      if (at % parts.hosts === host) listen(clientId, host)
  }

  for (let host = 0; host < parts.hosts; host += 1) open(host)

  const hasHeard = (steps: readonly Step[], text: string): boolean =>
    steps.some((step) => step.kind === 'delivered' && step.text === text)

  return {
    flap: (clientId) => {
      const listener = current.get(clientId)
      if (!listener) return
      giveUp(listener)
      hosts[listener.host]?.send({ do: 'leave', channel: listener.channel })
      listen(clientId, listener.host)
    },
    drop: (clientId) => {
      const listener = current.get(clientId)
      if (listener) hosts[listener.host]?.send({ do: 'drop', channel: listener.channel })
    },
    kill: async (host) => {
      await hosts[host]?.kill()
      for (const listener of current.values()) if (listener.host === host) giveUp(listener)
      open(host)
    },
    host: (index) => {
      const host = hosts[index]
      if (!host) throw new Error(`there is no process ${index}`)
      return host
    },
    areConnected: () => clientIds.every((clientId) => current.get(clientId)?.isConnected === true),
    awaiting: (message, broadcast) =>
      clientIds.filter((clientId) => {
        const listener = current.get(clientId)
        const isDone =
          listener &&
          hasHeard(listener.messages, message) &&
          hasHeard(listener.broadcasts, broadcast)
        return !isDone
      }),
    take: () => {
      const taken = new Map<string, Heard[]>(clientIds.map((clientId) => [clientId, []]))
      for (const listener of listeners.values()) {
        const { clientId, channel, wasThere, isThere, messages, broadcasts } = listener
        const common = { name: `${clientId} (channel ${channel})`, wasThere, isThere }
        taken.get(clientId)?.push({
          messages: { ...common, steps: messages },
          broadcasts: { ...common, steps: broadcasts },
        })
        if (!isThere) listeners.delete(channel)
        Object.assign(listener, { wasThere: true, messages: [], broadcasts: [] })
      }
      return taken
    },
    stop: async () => {
      isStopped = true
      await Promise.all(hosts.map((host) => host.kill()))
    },
  }
}
