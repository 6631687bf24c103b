import { setImmediate } from 'node:timers/promises'
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import { beforeEach, expect, test } from 'vitest'
import { type Heartbeat, makeHeartbeat, type Watched } from '../../src/outbound/heartbeat.ts'
import type { Clock } from '../../src/ports.ts'
import { makeRules } from '../../src/rules/rule-book.ts'
import { readSettings } from '../../src/settings.ts'
import { type FakeClock, makeFakeClock } from '../fake-clock.ts'

let clock: FakeClock
let bytesRead: number
let bytesSent: number
let queuedBytes: number
let lastEnvelopeMs: number
let answersPings: boolean
let envelopes: number
let pings: number
let ended: CloseSlug | undefined
let heartbeat: Heartbeat
let watched: Watched

function start(by: Clock): Heartbeat {
  const { timings, limits } = readSettings(['--application-key', 'a-key-for-tests-only'], {})
  return makeHeartbeat({ clock: by, rules: makeRules(), timings, limits })
}

beforeEach(() => {
  clock = makeFakeClock()
  bytesRead = 0
  bytesSent = 0
  queuedBytes = 0
  lastEnvelopeMs = clock.nowMs()
  answersPings = true
  envelopes = 0
  pings = 0
  ended = undefined
  heartbeat = start(clock)
  watched = {
    onEnd: (slug) => {
      ended = slug
    },
    writer: {
      write: () => {
        envelopes += 1
        lastEnvelopeMs = clock.nowMs()
      },
      close: () => {},
      destroy: () => {},
      isOpen: () => true,
    },
    pulse: {
      bytesRead: () => bytesRead,
      bytesSent: () => bytesSent,
      queuedBytes: () => queuedBytes,
      isReading: () => true,
      lastEnvelopeMs: () => lastEnvelopeMs,
      ping: (onSent) => {
        pings += 1
        onSent()
        if (answersPings) bytesRead += 6
      },
    },
  }
  heartbeat.watch(watched)
})

test('a silent client gets a Ping and an envelope when the heartbeat has passed', async () => {
  await clock.advance(24_900)
  expect([pings, envelopes]).toEqual([0, 0])
  await clock.advance(600)
  expect([pings, envelopes]).toEqual([1, 1])
})

test('a client that answers every Ping is kept', async () => {
  await clock.advance(600_000)
  expect(ended).toBeUndefined()
  expect(pings).toBeGreaterThan(20)
})

test('a client that does not answer is ended when the time for the Pong has passed', async () => {
  answersPings = false
  await clock.advance(34_900)
  expect(ended).toBeUndefined()
  await clock.advance(600)
  expect(ended).toBe('heartbeat-timeout')
  expect(pings).toBe(1)
})

test('more queued bytes than the limit end a connection', async () => {
  queuedBytes = 1_048_577
  await clock.advance(250)
  expect(ended).toBe('slow-consumer')
})

test('queued bytes that do not move end a connection', async () => {
  queuedBytes = 100
  await clock.advance(10_100)
  expect(ended).toBe('slow-consumer')
})

test('queued bytes that move keep a connection', async () => {
  queuedBytes = 100
  for (let round = 0; round < 10; round += 1) {
    await clock.advance(5000)
    bytesSent += 1
    bytesRead += 1
  }
  expect(ended).toBeUndefined()
})

/** Watches a thousand more; answers how many measurements were made of all so far. */
function watchMany(): () => number {
  let measured = 0
  const pulse = { ...watched.pulse, queuedBytes: () => ++measured }
  for (let more = 0; more < 1000; more += 1) heartbeat.watch({ ...watched, pulse })
  return () => measured
}

test('of many connections a few are judged at a time, and what has arrived meanwhile has its turn', async () => {
  const measured = watchMany()
  await clock.advance(250)
  const first = measured()
  expect(first).toBeGreaterThan(0)
  expect(first).toBeLessThan(200)
  for (let before = -1; before !== measured(); await setImmediate()) before = measured()
  expect(measured()).toBe(1000)
})

test('a sweep that has begun ends when the heartbeat is stopped', async () => {
  const measured = watchMany()
  await clock.advance(250)
  heartbeat.stop()
  const last = measured()
  await setImmediate()
  expect(measured()).toBe(last)
  expect(last).toBeLessThan(200)
})

test('where time stands still all are judged before it moves on', async () => {
  heartbeat = start({ ...clock, standsStill: true })
  const measured = watchMany()
  await clock.advance(1000)
  expect(measured()).toBe(4000)
})
