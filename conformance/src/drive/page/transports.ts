/**
 * The ways out of a played page: WebSockets whose other end a step plays, and everything else refused as an unreachable
 * network would. Runs as text in the page's realm, so nothing is imported but types.
 */
import type { PageClock, World, WorldFacts } from './world.ts'

type Scope = Record<string, unknown>

/** Puts the transports into the page; answers what plays their other ends. */
export function installTransports(scope: Scope, facts: WorldFacts, clock: PageClock): World {
  const { record, later, PageEvent, PageEventTarget } = clock
  /** Longer than a WebSocket needs to say goodbye, in milliseconds. */
  const GOODBYE_MS = 5
  const PREFIX = 'channel-token.'
  const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
  const made: PageWebSocket[] = []

  const nameOf = (token: string | undefined): string =>
    Object.keys(facts.tokens).find((name) => facts.tokens[name] === token) ?? ''
  const refuse = (name: string, message: string): never => {
    throw Object.assign(new Error(message), { name })
  }

  class PageWebSocket extends PageEventTarget {
    static CONNECTING = 0
    static OPEN = 1
    static CLOSING = 2
    static CLOSED = 3
    readonly CONNECTING = 0
    readonly OPEN = 1
    readonly CLOSING = 2
    readonly CLOSED = 3
    onopen: unknown = null
    onmessage: unknown = null
    onerror: unknown = null
    onclose: unknown = null
    binaryType = 'blob'
    bufferedAmount = 0
    extensions = ''
    protocol = ''
    readyState = 0
    url: string
    /** The name of its token. */
    #name: string

    constructor(url: unknown, protocols: string | string[] = []) {
      super()
      this.url = new URL(String(url), facts.href).href.replace(/^http/, 'ws')
      const offers = [protocols].flat().map(String)
      if (!/^wss?:\/\//.test(this.url)) refuse('SyntaxError', `${this.url} is no WebSocket URL`)
      if (offers.some((one) => !TOKEN.test(one)) || new Set(offers).size < offers.length)
        refuse('SyntaxError', 'a subprotocol is malformed or given twice')
      const token = offers.find((one) => one.startsWith(PREFIX))?.slice(PREFIX.length)
      this.#name = nameOf(token)
      record({ what: 'attempt', by: 'websocket', on: this.#name, url: this.url, protocols: offers })
      made.push(this)
    }
    get name(): string {
      return this.#name
    }
    send(data: unknown): void {
      if (this.readyState === 0) refuse('InvalidStateError', 'still connecting')
      record({ what: 'sent', on: this.#name, data: String(data) })
    }
    close(code?: number, reason = ''): void {
      if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
        refuse('InvalidAccessError', `${code} may not be sent by a page`)
      if (this.readyState >= 2) return
      const isOpen = this.readyState === 1
      this.readyState = 2
      record({ what: isOpen ? 'goodbye' : 'abandon', on: this.#name, code: code ?? 1005 })
      const over = (): void => this.over(isOpen ? (code ?? 1005) : 1006, isOpen ? reason : '')
      later(over, GOODBYE_MS, [], false)
    }
    accept(): void {
      this.readyState = 1
      this.protocol = 'channel-protocol.v1'
      this.dispatchEvent(new PageEvent('open'))
    }
    take(text: string): void {
      if (this.readyState !== 1) return
      this.dispatchEvent(new PageEvent('message', { data: text, origin: facts.href }))
    }
    over(code: number, reason: string): void {
      if (this.readyState === 3) return
      this.readyState = 3
      if (code === 1006) this.dispatchEvent(new PageEvent('error'))
      this.dispatchEvent(new PageEvent('close', { code, reason, wasClean: code !== 1006 }))
    }
  }

  /** What a page tried beside a WebSocket, and the token that it put into a header. */
  const tryElse = (by: string, url: unknown, headers: [string, string][] = []): void => {
    const bearer = headers.find(([name]) => name.toLowerCase() === 'authorization')?.[1]
    const token = bearer?.replace(/^Bearer /, '')
    record({ what: 'attempt', by, on: nameOf(token), url: String(url), protocols: [] })
  }
  const readHeaders = (headers: unknown): [string, string][] => {
    if (typeof headers !== 'object' || headers === null) return []
    const isList = typeof (headers as { entries?: unknown }).entries === 'function'
    const pairs = isList ? [...(headers as Iterable<[string, string]>)] : Object.entries(headers)
    return pairs.map(([name, value]) => [String(name), String(value)])
  }
  class PageEventSource extends PageEventTarget {
    readyState = 0
    url: string
    constructor(url: string) {
      super()
      this.url = url
      tryElse('eventsource', url)
      const fail = (): void => {
        if (this.readyState === 2) return
        this.readyState = 2
        this.dispatchEvent(new PageEvent('error'))
      }
      later(fail, 1, [], false)
    }
    close(): void {
      this.readyState = 2
    }
  }
  class PageXMLHttpRequest extends PageEventTarget {
    readyState = 0
    status = 0
    responseText = ''
    #url = ''
    #headers: [string, string][] = []
    open(_method: string, url: string): void {
      this.#url = url
      this.readyState = 1
    }
    setRequestHeader(name: string, value: string): void {
      this.#headers.push([name, value])
    }
    send(): void {
      tryElse('xhr', this.#url, this.#headers)
      const fail = (): void => {
        this.readyState = 4
        for (const type of ['readystatechange', 'error', 'loadend'])
          this.dispatchEvent(new PageEvent(type))
      }
      later(fail, 1, [], false)
    }
    abort(): void {}
  }
  Object.assign(scope, {
    WebSocket: PageWebSocket,
    EventSource: PageEventSource,
    XMLHttpRequest: PageXMLHttpRequest,
    fetch: (url: unknown, options?: { headers?: unknown }) => {
      tryElse('fetch', url, readHeaders(options?.headers))
      return new Promise((_resolve, reject) => {
        later(() => reject(new TypeError('Failed to fetch')), 1, [], false)
      })
    },
  })

  const newest = (name: string): PageWebSocket | undefined =>
    made.findLast((socket) => socket.name === name)
  const makeWelcome = (url: string, members: Scope): Scope => {
    const expiresInSeconds = 7200
    const isAsked = /[?&]after=/.test(url)
    const { newest: newestSeq, ...said } = members
    return {
      type: 'welcome',
      client_id: 'a client',
      connection_id: `c-${made.length}`,
      epoch: 1_790_855_400_000_000,
      seq: 0,
      heartbeat_seconds: 0,
      expires_at: new Date(Date.now() + expiresInSeconds * 1000).toISOString(),
      expires_in_seconds: expiresInSeconds,
      ...said,
      ...(newestSeq !== undefined && !isAsked && { seq: newestSeq }),
      resumed: members.resumed === 'asked' ? isAsked : members.resumed === true,
    }
  }

  let waitedUntilMs: number | undefined
  /** Runs one timer of a wait; whether the wait goes on. */
  const waitOn = (ms: number): boolean => {
    waitedUntilMs ??= clock.now() + ms
    if (clock.tick(waitedUntilMs)) return true
    waitedUntilMs = undefined
    return false
  }
  const accept = (name: string, withinMs: number): boolean => {
    const socket = newest(name)
    if (socket?.readyState === 0) {
      waitedUntilMs = undefined
      record({ what: 'accepted', on: name })
      socket.accept()
      return false
    }
    if (waitOn(withinMs)) return true
    record({ what: 'missing', on: name })
    return false
  }
  return {
    step(json) {
      const step = JSON.parse(json)
      if (step.do === 'pass') return waitOn(step.ms)
      if (step.do === 'accept') return accept(step.on, step.withinMs)
      const socket = newest(step.on)
      if (!socket || socket.readyState === 3) {
        record({ what: 'missing', on: step.on })
        return false
      }
      if (step.do === 'end') {
        record({ what: 'ended', on: step.on, code: step.code, reason: step.reason })
        socket.over(step.code, step.reason)
        return false
      }
      const text =
        step.do === 'welcome' ? JSON.stringify(makeWelcome(socket.url, step.members)) : step.text
      record({ what: 'given', on: step.on, text })
      socket.take(text)
      return false
    },
    threw: clock.threw,
    loaded: () => {
      const { goog } = scope as { goog?: { appengine?: { Channel?: unknown } } }
      record({ what: 'loaded', isDefined: typeof goog?.appengine?.Channel === 'function' })
    },
    seen: () => JSON.stringify(clock.seen),
  }
}
