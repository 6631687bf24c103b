/** Keeps one channel connected: it alone knows which connection is current, which is to come, and which is replaced. */
import { type Comeback, makeComeback, type Return } from './comeback.ts'
import { type Connection, openConnection } from './connection.ts'
import type { Delivery, Envelope, Welcome } from './envelopes.ts'
import { openEventStream } from './event-stream.ts'
import { beginHandOver, type HandOver } from './hand-over.ts'
import type { End } from './link.ts'
import { makePlaces, type TokenCursors } from './places.ts'
import type { Surroundings } from './surroundings.ts'
import { makeTransports, type Transport } from './transports.ts'
import { openWebSocket } from './websocket.ts'

/** What the service answered when the application asked it for a token; more members are ignored. */
export interface TokenAnswer extends TokenCursors {
  token: string
  /** Scheme ws or wss. */
  connect_url: string
}

/** Answers with a token; `isFresh` says that one that was answered before will not do. */
export type AskToken = (wish: { isFresh: boolean }) => TokenAnswer | Promise<TokenAnswer>

/** What the page is told; nothing after `onEnd`. */
export interface KeeperListener {
  /** The first welcome came; `isWhole` where everything since the token follows. */
  onOpen(isWhole: boolean): void
  /** A later welcome came; `isWhole` where everything that was missed follows. */
  onReturn(isWhole: boolean): void
  onDelivery(delivery: Delivery): void
  /** The connection, or an attempt at one, ended, and another attempt follows. */
  onReconnecting(end: End, delayMs: number): void
  /** It is over: a code that says stop, or 1000 where the page closed it. */
  onEnd(end: End): void
}

/** What a channel is made of. */
export interface KeeperParts {
  askToken: AskToken
  transport: Transport | 'auto'
  /** False where there is one token alone: it is not renewed, and 43xx ends the channel. */
  isRefreshable: boolean
  surroundings: Surroundings
  listener: KeeperListener
}

const tokenForm = /^[\w.~-]+$/
const replaced = 4009
const callbackTimeoutMs = 30_000
const closeTimeoutMs = 2000
const openers = { websocket: openWebSocket, 'event-stream': openEventStream }

/**
 * Connects now, and again whenever that is due, until `close` or a code that says stop.
 * @spec client.token.callback
 * @spec client.callback.failed
 * @spec client.renewal.silent
 * @spec client.resume.told
 * @spec client.close.final
 */
export function keepConnected(parts: KeeperParts): { close(): void } {
  const { askToken, isRefreshable, surroundings, listener } = parts
  const { after, fraction } = surroundings
  const comeback: Comeback = makeComeback(surroundings, isRefreshable)
  const transports = makeTransports(parts.transport)
  const places = makePlaces()
  let current: Connection | undefined
  let attempt: Connection | undefined
  let handOver: HandOver | undefined
  /** Between the wish to connect and the welcome or end of the attempt. */
  let isConnecting = false
  let isWelcomed = false
  /** Whether the page takes the channel for connected. */
  let isShown = false
  let isOver = false
  let turn = 0
  let lastEventId: string | undefined
  let afterMs: number | undefined
  let stopWaiting = (): void => {}
  const stopListening = surroundings.onReturn(() => connect(false))

  function connect(isFresh: boolean): void {
    stopWaiting()
    if (attempt) comeback.noteAbandoned(attempt.startedAtMs)
    attempt?.abandon()
    attempt = undefined
    isConnecting = true
    turn += 1
    const own = turn
    const ifStill = (fn: () => void) => (own === turn ? fn() : undefined)
    const fail = () => ifStill(() => miss({ code: 1006, reason: 'no-token' }))
    stopWaiting = after(callbackTimeoutMs, fail)
    new Promise<TokenAnswer>((resolve) => resolve(askToken({ isFresh }))).then(
      (answer) => ifStill(() => open(answer)),
      fail,
    )
  }

  function open(answer: TokenAnswer): void {
    stopWaiting()
    try {
      if (tokenForm.test(answer.token)) attempt = start(answer)
      else miss({ code: 4301, reason: 'token-invalid' })
    } catch {
      // No address, or nothing here that could open one.
      transports.noteMissed(transports.next(), false)
      miss({ code: 1006, reason: 'bad-token-answer' })
    }
  }

  function start({ token, connect_url: url, ...cursors }: TokenAnswer): Connection {
    places.begin(cursors)
    const transport = transports.next()
    const address = { url: places.ask(url), token, lastEventId }
    const own: Connection = openConnection(openers[transport], address, surroundings, {
      onOpen: () => transports.noteOpened(transport),
      onWelcome: (welcome) => {
        // What it gives to the page may make the page close everything.
        finishHandOver()
        if (!isOver) take(own, welcome)
      },
      onEnvelope: (envelope, eventId) => hear(own, envelope, eventId),
      onEnd: (end) => {
        if (!own.isOpen || end.isRefused) transports.noteMissed(transport, end.isRefused === true)
        if (own === handOver?.former) finishHandOver()
        else if (own === current) lose(own, end)
        else miss(end, own)
      },
    })
    return own
  }

  /** Makes a welcomed connection the current one. */
  function take(own: Connection, welcome: Welcome): void {
    attempt = undefined
    isConnecting = false
    const former = current
    current = own
    afterMs = undefined
    planRenewal(welcome)
    if (former) {
      handOver = beginHandOver(former, surroundings, finishHandOver)
      continueHandOver()
      return
    }
    enter(welcome)
  }

  /** Takes the places of a welcome, and tells the page what it does not know. */
  function enter(welcome: Welcome): void {
    const canTell = isShown || !welcome.cursor
    const isWhole = welcome.resumed === true || (canTell && places.hasReached(welcome))
    const [isFirst, wasShown] = [!isWelcomed, isShown]
    places.enter(welcome)
    isWelcomed = isShown = true
    if (isFirst) listener.onOpen(isWhole)
    else if (!wasShown || !isWhole) listener.onReturn(isWhole)
  }

  function planRenewal({ expires_in_seconds: seconds = 0 }: Welcome): void {
    stopWaiting()
    if (isRefreshable && seconds > 0)
      stopWaiting = after(seconds * 1000 * (0.75 + fraction() * 0.2), () => connect(true))
  }

  function hear(own: Connection, envelope: Envelope, eventId: string | undefined): void {
    if (envelope.type === 'reconnect') {
      if (own === current) afterMs = Math.max(0, envelope.after_seconds * 1000)
      return
    }
    const give = () => deliver(own, envelope, eventId)
    if (handOver && own === current) handOver.hold(give)
    else give()
    continueHandOver()
  }

  function deliver({ welcome }: Connection, envelope: Envelope, eventId?: string): void {
    if (isOver || !welcome) return
    lastEventId = eventId
    if (envelope.type !== 'message' && envelope.type !== 'broadcast') return
    if (places.accept(welcome, envelope)) listener.onDelivery(envelope)
  }

  function continueHandOver(): void {
    if (current?.welcome && places.hasReached(current.welcome)) finishHandOver()
  }

  function finishHandOver(): void {
    const welcome = current?.welcome
    if (!handOver || !welcome) return
    const held = handOver.finish()
    handOver = undefined
    enter(welcome)
    for (const give of held) give()
  }

  /** An attempt ended, or did not come about. */
  function miss(end: End, own?: Connection): void {
    stopWaiting()
    turn += 1
    attempt = undefined
    isConnecting = false
    if (own && end.isAbandoned) comeback.noteAbandoned(own.startedAtMs)
    const next = comeback.decide(end)
    if (next) comeBack(end, next)
    // What still stands is not ended by a refusal to replace it.
    else if (!current) finish(end)
  }

  /** The current connection ended. */
  function lose(own: Connection, end: End): void {
    finishHandOver()
    if (isOver) return
    current = undefined
    // The service welcomed the attempt, and its welcome is on the way.
    if (attempt && end.code === replaced) return
    const next = comeback.decide({ code: end.code, welcomedMs: own.welcomedMs(), afterMs })
    if (!next) finish(end)
    else if (isConnecting) tellLoss(end, 0)
    else comeBack(end, next)
  }

  function comeBack(end: End, { delayMs, isFresh }: Return): void {
    stopWaiting()
    stopWaiting = after(delayMs, () => connect(isFresh))
    if (!current) tellLoss(end, delayMs)
  }

  function tellLoss(end: End, delayMs: number): void {
    isShown = false
    listener.onReconnecting(end, delayMs)
  }

  function finish(end: End): void {
    halt()
    attempt?.abandon()
    current?.abandon()
    listener.onEnd(end)
  }

  function halt(): void {
    isOver = true
    turn += 1
    stopWaiting()
    stopListening()
    handOver?.finish()
    handOver = undefined
  }

  connect(false)
  return {
    close: () => {
      if (isOver) return
      halt()
      const goodbyes = [attempt, current].map(
        (connection) => connection && new Promise<void>((resolve) => connection.close(resolve)),
      )
      const isLate = new Promise<void>((resolve) => {
        stopWaiting = after(closeTimeoutMs, resolve)
      })
      void Promise.race([Promise.all(goodbyes), isLate]).then(() => {
        stopWaiting()
        listener.onEnd({ code: 1000, reason: '' })
      })
    },
  }
}
