/**
 * The page around a judged script: a clock, timers, WebSockets whose other end is played, and no other way out. Runs
 * as text in a realm of its own, so each function here stands for itself and imports nothing.
 */

/** What one page is given. */
export interface WorldFacts {
  readonly href: string
  /** Tokens by the names under which steps and events speak of them. */
  readonly tokens: Readonly<Record<string, string>>
  readonly startMs: number
}

/** What plays a page from outside; answers whether there is more to do for this step. */
export interface World {
  step(json: string): boolean
  threw(what: string): void
  /** Notes whether the script gave the page its channels. */
  loaded(): void
  /** Everything that was seen, as JSON. */
  seen(): string
}

type Listener = ((event: unknown) => unknown) | { handleEvent(event: unknown): unknown }
type Task = { id: number; atMs: number; run: () => void; everyMs: number | undefined }
type Scope = Record<string, unknown>

/** The clock of the page, its timers and its events; answers what transports and steps are made of. */
export function installClock(scope: Scope, facts: WorldFacts) {
  const seen: Scope[] = []
  let nowMs = 0
  let lastId = 0
  let tasks: Task[] = []

  const record = (event: Scope): void => {
    if (seen.length < 20_000) seen.push({ ...event, seconds: nowMs / 1000 })
  }
  const threw = (error: unknown): void => record({ what: 'threw', message: String(error) })
  const attempt = (callback: () => unknown): void => {
    try {
      callback()
    } catch (error) {
      threw(error)
    }
  }
  const later = (callback: unknown, ms: unknown, args: unknown[], isRepeated: boolean): number => {
    const waitMs = Math.max(0, Number(ms) || 0)
    lastId += 1
    const run = (): void => {
      if (typeof callback === 'function') attempt(() => callback(...args))
    }
    tasks.push({ id: lastId, atMs: nowMs + waitMs, run, everyMs: isRepeated ? waitMs : undefined })
    return lastId
  }
  const cancel = (id: unknown): void => {
    tasks = tasks.filter((task) => task.id !== id)
  }
  /** Runs the timer that is due first until then; whether there was one. */
  const tick = (untilMs: number): boolean => {
    const due = tasks.filter(({ atMs }) => atMs <= untilMs)
    const next = due.reduce<Task | undefined>((a, b) => (a && a.atMs <= b.atMs ? a : b), undefined)
    if (!next) {
      nowMs = Math.max(nowMs, untilMs)
      return false
    }
    nowMs = Math.max(nowMs, next.atMs)
    cancel(next.id)
    // As browsers do, so that a page without a pause does not stop the clock.
    if (next.everyMs !== undefined) tasks.push({ ...next, atMs: nowMs + Math.max(4, next.everyMs) })
    next.run()
    return true
  }

  const listened = new WeakMap<object, { type: string; listener: Listener; once: boolean }[]>()
  class PageEventTarget {
    addEventListener(type: string, listener: Listener, options?: { once?: boolean }): void {
      const own = listened.get(this) ?? []
      if (!listener || own.some((one) => one.type === type && one.listener === listener)) return
      listened.set(this, [...own, { type, listener, once: options?.once === true }])
    }
    removeEventListener(type: string, listener: Listener): void {
      const others = listened
        .get(this)
        ?.filter((one) => one.type !== type || one.listener !== listener)
      if (others) listened.set(this, others)
    }
    dispatchEvent(event: PageEvent): boolean {
      Object.assign(event, { target: this, currentTarget: this })
      const property = (this as unknown as Scope)[`on${event.type}`]
      if (typeof property === 'function') attempt(() => property.call(this, event))
      for (const { type, listener, once } of listened.get(this) ?? []) {
        if (type !== event.type) continue
        if (once) this.removeEventListener(type, listener)
        attempt(() =>
          typeof listener === 'function' ? listener.call(this, event) : listener.handleEvent(event),
        )
      }
      return true
    }
  }
  class PageEvent {
    type: string
    isTrusted = true
    constructor(type: string, members: object = {}) {
      this.type = type
      Object.assign(this, members)
    }
    preventDefault(): void {}
    stopPropagation(): void {}
    stopImmediatePropagation(): void {}
  }
  class PageAbortController {
    signal = Object.assign(new PageEventTarget(), {
      aborted: false,
      reason: undefined as unknown,
    })
    abort(reason: unknown = new Error('aborted')): void {
      if (this.signal.aborted) return
      Object.assign(this.signal, { aborted: true, reason })
      this.signal.dispatchEvent(new PageEvent('abort'))
    }
  }
  const SystemDate = Date
  class PageDate extends SystemDate {
    constructor(...args: []) {
      super(...(args.length > 0 ? args : ([facts.startMs + nowMs] as unknown as [])))
    }
    static override now(): number {
      return facts.startMs + nowMs
    }
  }

  Object.assign(scope, {
    Date: PageDate,
    performance: { now: () => nowMs, timeOrigin: facts.startMs },
    setTimeout: (callback: unknown, ms: unknown, ...args: unknown[]) =>
      later(callback, ms, args, false),
    setInterval: (callback: unknown, ms: unknown, ...args: unknown[]) =>
      later(callback, ms, args, true),
    clearTimeout: cancel,
    clearInterval: cancel,
    requestAnimationFrame: (callback: unknown) => later(callback, 16, [nowMs + 16], false),
    cancelAnimationFrame: cancel,
    queueMicrotask: (callback: () => unknown) => {
      void Promise.resolve().then(() => attempt(callback))
    },
    EventTarget: PageEventTarget,
    AbortController: PageAbortController,
    ...Object.fromEntries(
      ['Event', 'MessageEvent', 'CloseEvent', 'CustomEvent', 'ErrorEvent'].map((name) => [
        name,
        PageEvent,
      ]),
    ),
  })
  return { seen, record, threw, tick, later, PageEventTarget, PageEvent, now: () => nowMs }
}

/** What `installClock` answers. */
export type PageClock = ReturnType<typeof installClock>

/** The document of the page, and where it is. */
export function installDocument(scope: Scope, facts: WorldFacts, clock: PageClock): void {
  const makeElement = (): object =>
    Object.assign(new clock.PageEventTarget(), {
      style: {},
      children: [],
      appendChild: (child: unknown) => child,
      removeChild: (child: unknown) => child,
      setAttribute: () => undefined,
      remove: () => undefined,
    })
  const makeStorage = (): object => {
    const kept = new Map<string, string>()
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: unknown) => void kept.set(key, String(value)),
      removeItem: (key: string) => void kept.delete(key),
    }
  }
  const target = new clock.PageEventTarget()
  const [protocol = '', , host = ''] = facts.href.split('/')
  const [hostname, port = ''] = host.split(/:(?=\d+$)/)
  const origin = `${protocol}//${host}`
  const silent = (): void => {}
  Object.assign(scope, {
    window: scope,
    self: scope,
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
    dispatchEvent: target.dispatchEvent.bind(target),
    document: Object.assign(new clock.PageEventTarget(), {
      body: makeElement(),
      head: makeElement(),
      documentElement: makeElement(),
      readyState: 'complete',
      visibilityState: 'visible',
      hidden: false,
      cookie: '',
      createElement: makeElement,
      getElementById: () => null,
      querySelector: () => null,
    }),
    location: { href: facts.href, origin, protocol, host, hostname, port, pathname: '/' },
    navigator: { onLine: true, userAgent: 'conformance' },
    localStorage: makeStorage(),
    sessionStorage: makeStorage(),
    console: { log: silent, info: silent, warn: silent, error: silent, debug: silent },
    crypto: {
      getRandomValues: (bytes: Uint8Array) => bytes.map(() => Math.floor(Math.random() * 256)),
    },
  })
}

/** What the code of the page is written with: `page.open` and what it says of callbacks. */
export function installPage(scope: Scope, facts: WorldFacts, clock: PageClock): void {
  const CALLBACKS = ['onopen', 'onmessage', 'onerror', 'onclose']
  type Socket = { readyState?: unknown }
  const sockets: Record<string, Socket | undefined> = {}
  /** What happens inside a callback, by the name of the socket and of the callback. */
  const inside: Record<string, (() => unknown) | undefined> = {}
  const readArgument = (argument: unknown): unknown => {
    if (typeof argument !== 'object' || argument === null) return argument ?? null
    const members = argument as Scope
    const known = ['data', 'code', 'description', 'resumed'].filter((name) => name in members)
    return Object.fromEntries(known.map((name) => [name, members[name]]))
  }
  const callback = (socket: string, name: string, as = name) => {
    return (argument: unknown): void => {
      const { readyState } = sockets[socket] ?? {}
      clock.record({
        what: 'callback',
        socket,
        name: as,
        argument: readArgument(argument),
        readyState,
      })
      inside[`${socket}.${as}`]?.()
    }
  }
  const handler = (socket: string, names = CALLBACKS): Scope =>
    Object.fromEntries(names.map((name) => [name, callback(socket, name)]))
  type Appengine = {
    Channel: new (token: unknown) => { open(handler?: unknown): Socket }
  }
  const open = (
    socket: string,
    token: string,
    given: unknown = handler(socket),
  ): Socket | undefined => {
    const { appengine } = scope.goog as { appengine: Appengine }
    const channel = new appengine.Channel(facts.tokens[token])
    const made = given === null ? channel.open() : channel.open(given)
    sockets[socket] = made
    clock.record({ what: 'returned', socket, readyState: made?.readyState })
    return made
  }
  const say = (name: string, value: unknown): void =>
    clock.record({ what: 'said', name, value: value ?? null })
  scope.page = { tokens: facts.tokens, sockets, inside, callback, handler, open, say }
}
