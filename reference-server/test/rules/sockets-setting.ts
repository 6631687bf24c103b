/** Sockets for one test: a sink that waits for the test's answers, and pages that note what reaches them. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import { makeMemoryBroker } from '../../src/brokers/memory.ts'
import { makeMetrics } from '../../src/metrics.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { makeSockets, type Socket } from '../../src/rules/sockets.ts'
import { readSettings } from '../../src/settings.ts'
import type { AttemptAnswer, SocketSink } from '../../src/webhook-port.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { makeFakeClock } from '../fake-clock.ts'
import { silentLog } from '../start-service.ts'

/** One page on a socket. */
export interface Page {
  socket: Socket
  texts: unknown[]
  closed: CloseSlug | undefined
  isRead: boolean
}

/** Sockets, and what a test does to them. */
export function makeSocketSetting() {
  const clock = makeFakeClock()
  const floor = clock.nowMs() * 1000 + 5
  const rules = makeRules()
  const told: string[] = []
  const waiting: ((answer: never) => void)[] = []
  const sink: SocketSink = {
    handshake: (socket, _atMs, onEnd) => {
      told.push(`handshake ${socket.path}`)
      waiting.push(onEnd)
    },
    message: (socket, { number, body }, onEnd) => {
      told.push(`message ${socket.path} ${number} ${body}`)
      waiting.push(onEnd)
    },
    closed: (socket, { code, reason }, onEnd) => {
      told.push(`closed ${socket.path} ${code} ${reason}`.trim())
      waiting.push(onEnd)
    },
    flush: async () => {},
    stop: () => {},
  }
  let ids = 0
  const random = { bytes: () => Buffer.from(String(++ids).padStart(18, '0')), fraction: () => 0.5 }
  const broker = makeMemoryBroker(makeBrokerParts(clock, { rules }))
  const { limits } = readSettings(['--application-key', 'a-key-for-tests-only'], {})
  const sockets = makeSockets({
    rules,
    ports: { clock, random, log: silentLog, metrics: makeMetrics(false), broker },
    sink,
    limits: { ...limits, socket_held_bytes: 8 },
    epochFloor: () => floor,
  })

  function open(path: string): Page {
    const page: Omit<Page, 'socket'> = { texts: [], closed: undefined, isRead: true }
    let isOpen = true
    const writer = {
      write: (frame: unknown) => {
        if (isOpen) page.texts.push(frame)
      },
      close: (slug: CloseSlug) => {
        if (isOpen) page.closed = slug
        isOpen = false
      },
      destroy: () => {},
      isOpen: () => isOpen,
    }
    const reading = {
      pause: () => {
        page.isRead = false
      },
      resume: () => {
        page.isRead = true
      },
    }
    return Object.assign(page, { socket: sockets.admit(path, writer, reading) })
  }

  return {
    clock,
    rules,
    sockets,
    told,
    open,
    /** Ends the webhook that began earliest of those in flight. */
    answer: (answer: AttemptAnswer | { failure: 'unattempted' } = { status: 204 }) =>
      waiting.shift()?.(answer as never),
    inFlight: () => waiting.length,
    /** Opens a socket whose handshake is answered. */
    accept(path: string): Page {
      const page = open(path)
      waiting.pop()?.({ status: 200 } as never)
      return page
    },
    send: (pages: readonly Page[], body: string) =>
      sockets
        .send(
          pages.map(({ socket }) => socket.facts.id),
          body,
        )
        .map(({ delivered }) => delivered),
  }
}
