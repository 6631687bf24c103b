/** A small client of the suite's own: conforming with `RULES`, and wrong in one thing where one of them is replaced. */

import { readObject } from '../../../timeline/timeline.ts'
import { type Hearing, type Link, openStream, openWebSocket, type StreamReading } from './links.ts'
import {
  type Answer,
  type Cause,
  type Duty,
  type Envelope,
  type Places,
  placesOf,
  type Rules,
} from './rules.ts'

/** A connection of the client. */
interface Connection {
  readonly link: Link
  readonly isStream: boolean
  readonly timers: Set<NodeJS.Timeout>
  welcome?: Envelope
  welcomedAt: number
  /** The seq of the newest message that this connection brought. */
  newest: number
  afterSeconds: number
  /** What waits until the older connection has delivered or ended. */
  held?: Envelope[]
  silence?: NodeJS.Timeout
}

export interface SmallClientParts {
  readonly rules: Rules
  ask(): Promise<Answer>
  tell(line: { readonly event: string } & Record<string, unknown>): void
}

/** Opens a channel at once; `close` is the page's. */
export function openSmallClient({ rules, ask, tell }: SmallClientParts): { close(): void } {
  let first: Answer | undefined
  let known: Places = {}
  let current: Connection | undefined
  let older: Connection | undefined
  let pending: Connection | undefined
  let waiting: NodeJS.Timeout | undefined
  let rounds = 0
  let isRefreshed = false
  let isExcused = false
  let abandonedAt = Number.NEGATIVE_INFINITY
  let isOver = false
  let wasOpen = false
  let wasWelcomed = false
  let unopened = 0
  let keptAfterSeconds = 0
  let last: { epoch: unknown; seq: unknown } = { epoch: undefined, seq: undefined }
  const given = new Set<string>()

  void attempt()
  return { close }

  async function attempt(): Promise<void> {
    const wasOver = isOver
    let newest: Answer
    try {
      newest = await Promise.race([ask(), lateAnswer(rules.callbackSeconds)])
    } catch {
      if (!isOver) comeBack(rules.dutyOf('callback'), 0)
      return
    }
    if (isOver && !wasOver && rules.forgetsQuestionsAtClose) return
    first ??= newest
    connect(rules.answer(newest, first))
  }

  function connect(answer: Answer): void {
    const hasPlaces = Object.keys(known).length > 0
    const places = rules.places({ answer, known, wasWelcomed: hasPlaces })
    const url = new URL(rules.url(answer))
    if (places.message !== undefined) url.searchParams.set('after', places.message)
    if (places.broadcast !== undefined) url.searchParams.set('after_broadcast', places.broadcast)
    const isStream = unopened >= rules.webSocketsBeforeStream
    const hearing: Hearing = {
      open() {
        unopened = isStream ? unopened : 0
        if (rules.tellsOpen.atUpgrade && !wasOpen) tellOpen()
      },
      text: (text) => (isStream && !rules.readsStreams ? undefined : take(connection, text)),
      binary: () => (rules.atBinary === 'end' ? stop(1003) : undefined),
      end: (code, wasLinkOpen) => ended(connection, code, wasLinkOpen),
    }
    const reading: StreamReading = {
      authorization: rules.authorization(answer.token),
      text: rules.streamText,
      end: rules.streamEnd,
    }
    const link = isStream
      ? openStream(rules.streamUrl(url.href, answer.token), reading, hearing)
      : openWebSocket(url.href, rules.protocols(answer), hearing, rules.awaitsOpening)
    const connection: Connection = {
      link,
      isStream,
      timers: new Set(),
      welcomedAt: 0,
      newest: 0,
      afterSeconds: rules.keepsAfterSeconds ? keptAfterSeconds : 0,
    }
    pending = connection
    later(connection, rules.openingSeconds, () => {
      if (connection.welcome) return
      abandonedAt = performance.now()
      giveUp(connection, 'abandoned')
    })
  }

  function take(connection: Connection, text: string): void {
    const envelope = readObject(text)
    if (!envelope || typeof envelope.type !== 'string') {
      if (rules.atBadFrame === 'end') stop(1007)
      if (rules.atBadFrame === 'tell') tell({ event: 'error' })
      return
    }
    if (!isCurrent(connection)) return
    if (rules.isSignOfLife(envelope.type)) watchSilence(connection)
    if (envelope.type === 'welcome') welcomed(connection, envelope)
    else if (envelope.type === 'reconnect') {
      connection.afterSeconds = Number(envelope.after_seconds)
      keptAfterSeconds = connection.afterSeconds
    } else if (rules.isKnown(envelope.type)) {
      if (connection.held) connection.held.push(envelope)
      else give(connection, envelope)
    } else if (envelope.type !== 'heartbeat') {
      if (rules.atUnknownType === 'end' || rules.endsAtType(envelope.type)) stop(4000)
      if (rules.atUnknownType === 'give' && 'data' in envelope)
        tell({ event: 'message', data: envelope.data })
    }
  }

  function isCurrent(connection: Connection): boolean {
    return connection === current || connection === older || connection === pending
  }

  function welcomed(connection: Connection, welcome: Envelope): void {
    connection.welcome = welcome
    connection.welcomedAt = performance.now()
    connection.newest = Number(welcome.seq)
    watchSilence(connection)
    isRefreshed = rules.isRefreshedStill(true, isRefreshed)
    pending = undefined
    const isRenewal = current !== undefined
    if (current) {
      hold(connection, Number(welcome.seq))
      if (!rules.keepsOlder) {
        current.link.close(4999)
        if (older) release()
      }
    }
    current = connection
    const isBack = wasWelcomed && !isRenewal
    if (!wasWelcomed && rules.tellsOpen.atWelcome) tellOpen()
    if (isBack && rules.tellsOpen.whenBack) tellOpen()
    if (isRenewal && rules.tellsOpen.atRenewal) tellOpen()
    if (isBack && rules.tellsReturn)
      tell({ event: 'resumed', resumed: rules.isComplete(welcome, last) })
    wasWelcomed = true
    last = { epoch: welcome.epoch, seq: welcome.seq }
    const welcomePlaces = placesOf(welcome)
    known =
      welcome.resumed === true ? { ...welcomePlaces, ...known } : { ...known, ...welcomePlaces }
    const lifetime = Number(welcome.expires_in_seconds)
    later(connection, rules.renewal(lifetime, Math.random()), () => {
      if (connection === current && !isOver) void attempt()
    })
  }

  function tellOpen(): void {
    wasOpen = true
    tell({ event: 'open' })
  }

  /** What the newer connection brings waits for the older one. */
  function hold(connection: Connection, seq: number): void {
    older = current
    if (!older || rules.holdSeconds === 0 || older.newest >= seq) return
    connection.held = []
    later(connection, rules.holdSeconds, release)
  }

  function release(): void {
    const held = current?.held ?? []
    delete current?.held
    for (const envelope of held) if (current) give(current, envelope)
  }

  function give(connection: Connection, envelope: Envelope): void {
    const { type, id, seq, data } = envelope
    if (!rules.isKnown(type)) return
    if (type === 'message') connection.newest = Number(seq)
    if (type === 'message') last = { epoch: connection.welcome?.epoch, seq }
    if (rules.advances(type) && known[type] !== undefined) known = { ...known, [type]: String(id) }
    const identity = rules.identity(type, epochOf(connection, type), seq)
    const isNew = identity === undefined || !given.has(identity)
    if (identity !== undefined) given.add(identity)
    const changed = rules.data(String(data))
    if (isNew && changed !== undefined && rules.isTaken(envelope))
      tell({ event: type, data: changed, seq })
    if (connection === older && connection.newest >= Number(current?.welcome?.seq)) release()
  }

  function epochOf({ welcome }: Connection, type: unknown): unknown {
    return type === 'broadcast' ? welcome?.[rules.epochOfBroadcasts] : welcome?.epoch
  }

  function watchSilence(connection: Connection): void {
    clearTimeout(connection.silence)
    const seconds = rules.silence(Number(connection.welcome?.heartbeat_seconds ?? 0))
    if (!connection.welcome || seconds === Infinity) return
    connection.silence = setTimeout(() => giveUp(connection, 'silence'), seconds * 1000)
  }

  function giveUp(connection: Connection, cause: Exclude<Cause, 'code'>): void {
    if (!isCurrent(connection)) return
    forget(connection)
    connection.link.close(4999)
    lost(connection, rules.dutyOf(cause))
  }

  function ended(connection: Connection, code: number, wasLinkOpen: boolean): void {
    const wasCurrent = isCurrent(connection)
    forget(connection)
    if (!wasCurrent || isOver) return
    if (!wasLinkOpen) unopened += 1
    if (connection === older) {
      replacedEnded(code)
      return
    }
    if (code === 4009 && connection === current && pending && rules.awaitsNewer) {
      current = undefined
      return
    }
    if (
      code === 4009 &&
      connection.welcome &&
      rules.excuses(secondsSince(abandonedAt), isExcused)
    ) {
      isExcused = true
      lost(connection, 'back-off')
      return
    }
    const duty = wasLinkOpen ? rules.duty(code) : rules.dutyBeforeOpen()
    if (duty === 'stop') stop(code)
    else lost(connection, duty)
  }

  function replacedEnded(code: number): void {
    older = undefined
    release()
    if (rules.atReplacedEnd === 'tell') tell({ event: 'error', code })
    if (rules.atReplacedEnd === 'come-back') comeBack('back-off', 0)
  }

  /** The connection is over, and another one is due. */
  function lost(connection: Connection, duty: Duty): void {
    if (connection === current) current = undefined
    if (connection === pending) pending = undefined
    const { welcome, welcomedAt, afterSeconds } = connection
    if (welcome && rules.isRested(secondsSince(welcomedAt))) rounds = 0
    comeBack(duty, rules.afterSeconds(afterSeconds, duty))
  }

  function comeBack(duty: Duty, afterSeconds: number): void {
    if (duty === 'stop') {
      stop(1006)
      return
    }
    clearTimeout(waiting)
    tell({ event: 'reconnecting' })
    waiting = setTimeout(() => void attempt(), waitFor(duty, afterSeconds) * 1000)
  }

  function waitFor(duty: Duty, afterSeconds: number): number {
    const chance = Math.random()
    if (duty === 'reconnect') {
      rounds = rules.roundsAfterOther(rounds, duty)
      return rules.reconnect(afterSeconds, chance)
    }
    if (duty === 'refresh' && rules.refreshesAgain(isRefreshed)) {
      isRefreshed = true
      rounds = rules.roundsAfterOther(rounds, duty)
      return Math.max(afterSeconds, rules.refresh(chance))
    }
    const seconds = rules.backOff(rules.bound(rounds), chance, rounds)
    rounds += 1
    return Math.max(afterSeconds, seconds)
  }

  function stop(code: number): void {
    if (isOver) return
    end()
    for (const line of rules.tellsEnd(code)) tell(line)
  }

  function close(): void {
    if (isOver) return
    const code = rules.closeCode
    const closesPending = rules.closesBeforeWelcome && (rules.closesRenewals || !current)
    const links = [current, older, closesPending ? pending : undefined]
    isOver = true
    if (rules.forgetsTimersAtClose) clearTimeout(waiting)
    for (const connection of links) {
      if (!connection || code === 'none' || (connection.isStream && !rules.closesStreams)) continue
      connection.link.close(code)
    }
    for (const line of rules.tellsClose) tell(line)
  }

  function end(): void {
    isOver = true
    clearTimeout(waiting)
    for (const connection of [current, older, pending]) {
      if (!connection) continue
      forget(connection)
      connection.link.close()
    }
  }

  function forget({ timers, silence }: Connection): void {
    for (const timer of timers) clearTimeout(timer)
    clearTimeout(silence)
  }

  /** A timer that ends with its connection. */
  function later({ timers }: Connection, seconds: number, act: () => void): void {
    if (seconds !== Infinity) timers.add(setTimeout(act, seconds * 1000))
  }
}

/** A token callback that says nothing for so long has failed. */
async function lateAnswer(seconds: number): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  if (seconds !== Infinity) setTimeout(() => reject(new Error('no answer')), seconds * 1000).unref()
  return await promise
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000
}
