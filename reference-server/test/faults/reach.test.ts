import { expect, test } from 'vitest'
import { applyFault, watchParts } from '../../src/faults/reach.ts'
import type { Fault, Parts } from '../../src/parts.ts'

/** As much of a server's parts as a fault and a watch look at. */
function makeParts(): Parts {
  const parts = {
    rules: { decideKey: () => 'live', decideRoute: () => 'found' },
    ports: { clock: { nowMs: () => 0 }, broker: { accept: async () => 1, stop: async () => {} } },
    timings: { drain_seconds: 1, heartbeat_seconds: 1 },
    limits: { connections: 2 },
    wraps: {
      sink: () => ({ report: () => {}, stop: () => {} }),
      writer: () => ({ write: () => {} }),
    },
    epochFloor: 1,
  }
  return parts as unknown as Parts
}

const changedBy = (apply: (parts: Parts) => void): string[] =>
  applyFault({ name: 'a fault', misdeed: '', breaks: [], apply } satisfies Fault, makeParts())

function watched(use: (parts: Parts) => unknown): Set<string> {
  const parts = makeParts()
  const asked = new Set<string>()
  watchParts(parts, asked)
  use(parts)
  return asked
}

test('a fault changes the rules, timings, limits, wraps and calls of the broker that it replaces', () => {
  expect(
    changedBy(({ rules, timings, limits, wraps, ports }) => {
      rules.decideKey = () => 'unknown'
      timings.drain_seconds = 9
      limits.connections = 9
      wraps.sink = (sink) => sink
      ports.broker = { ...ports.broker, stop: async () => {} }
    }).sort(),
  ).toEqual([
    'broker.stop',
    'limits.connections',
    'rules.decideKey',
    'timings.drain_seconds',
    'wraps.sink',
  ])
})

test('whoever asks a server for anything meets a fault of a port', () => {
  const changed = changedBy(({ ports }) => {
    ports.clock = { ...ports.clock }
  })
  expect(changed).toEqual(['ports.clock'])
  expect(watched(() => {})).toContain('ports.clock')
})

test('whoever asks a server for anything meets a fault of which nobody sees what it changes', () => {
  const [everywhere = ''] = changedBy(() => {})
  expect(watched(() => {})).toContain(everywhere)
})

test('a rule is asked for when it is called, and answers as before', () => {
  const rules = watched(({ rules: { decideKey } }) => {
    expect(decideKey('key', ['key'], {} as never)).toBe('live')
  })
  expect(rules).toContain('rules.decideKey')
  expect(rules).not.toContain('rules.decideRoute')
})

test('a timing is asked for when it is read, and has its value', () => {
  const timings = watched(({ timings: { drain_seconds: seconds } }) => expect(seconds).toBe(1))
  expect(timings).toContain('timings.drain_seconds')
  expect(timings).not.toContain('timings.heartbeat_seconds')
})

test('what hears of presence is asked for when it hears, not when it is made', () => {
  const sinkOf = (parts: Parts) => parts.wraps.sink({} as never)
  expect(watched(sinkOf)).not.toContain('wraps.sink')
  expect(watched((parts) => sinkOf(parts).report({} as never))).toContain('wraps.sink')
})

test('the writer of a connection is asked for when it is made', () => {
  const { size } = watched(() => {})
  const asked = watched(({ wraps }) => wraps.writer({} as never, 'ada', {} as never))
  expect(asked).toContain('wraps.writer')
  expect(asked.size).toBe(size + 1)
})
