/** Faults of what is held for replay: for whom, how much of it, and for how long. */
import type { Fault, Parts } from '../parts.ts'
import type { Rules } from '../rules/rule-book.ts'

/** A fault that draws a bound elsewhere. */
function bounds<Name extends 'decideOverCount' | 'decideOverBytes' | 'decideOverTotal'>(
  name: string,
  rule: Name,
  shift: number,
  breaks: readonly string[],
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const decide = rules[rule]
      rules[rule] = (held, limit) => decide(held, limit + shift)
    },
  }
}

/** A fault that counts what data takes up otherwise. */
function measures(
  name: string,
  breaks: readonly string[],
  measure: (data: string) => number,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      rules.measureData = measure
    },
  }
}

/** Says `stored` by how many connections were counted. */
function storesBy({ rules }: Parts, isStored: (connections: number) => boolean): void {
  const { makeReceipt, makeBroadcastReceipt, makeStored } = rules
  let counted = 0
  const note = (connections: number): void => {
    counted = connections
  }
  rules.makeReceipt = (...facts) => {
    note(facts[2])
    return makeReceipt(...facts)
  }
  rules.makeBroadcastReceipt = (...facts) => {
    note(facts[2])
    return makeBroadcastReceipt(...facts)
  }
  rules.makeStored = (stored, stream) => makeStored(stored && isStored(counted), stream)
}

/** A fault that holds for another time. */
function lasts(
  name: string,
  breaks: readonly string[],
  change: (decide: Rules['decideOverdue'], parts: Parts) => Rules['decideOverdue'],
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: (parts) => {
      parts.rules.decideOverdue = change(parts.rules.decideOverdue, parts)
    },
  }
}

const BEYOND_TIME = ['resume.window.time', 'resume.connect.unknown']

/** Each breaks what the chapter on resuming promises about what is held. */
export const resumeHeldFaults: readonly Fault[] = [
  {
    name: 'answers-without-stored',
    misdeed: 'A receipt does not say whether the message is held.',
    breaks: ['resume.receipt.stored'],
    apply: ({ rules }) => {
      rules.makeStored = () => ({})
    },
  },
  {
    name: 'says-stored-for-the-absent-alone',
    misdeed: 'A receipt says that the message is not held where somebody is connected.',
    breaks: ['resume.receipt.stored'],
    apply: (parts) => storesBy(parts, (connections) => connections === 0),
  },
  {
    name: 'says-stored-for-the-present-alone',
    misdeed: 'A receipt says that the message is not held where nobody is connected.',
    breaks: ['resume.receipt.stored'],
    apply: (parts) => storesBy(parts, (connections) => connections > 0),
  },
  {
    name: 'claims-everything-stored',
    misdeed: 'Every receipt says that the message is held.',
    breaks: ['resume.receipt.stored'],
    apply: ({ rules }) => {
      const make = rules.makeStored
      rules.makeStored = (stored, stream) => make(stored === undefined ? stored : true, stream)
    },
  },
  {
    name: 'holds-nothing-for-strangers',
    misdeed: 'What is posted to a client id before its first token or connection is not held.',
    breaks: ['resume.window.kept'],
    apply: ({ ports }) => {
      const { broker } = ports
      const known = new Set<string>()
      const lost = new Map<string, number>()
      ports.broker = {
        ...broker,
        open: (clientId) => {
          known.add(clientId)
          return broker.open(clientId)
        },
        accept: async (clientId, data) => {
          const counters = await broker.accept(clientId, data)
          if (!known.has(clientId)) lost.set(clientId, counters.seq)
          return counters
        },
        replay: async (clientId, after) =>
          after.seq < (lost.get(clientId) ?? 0) ? undefined : broker.replay(clientId, after),
      }
    },
  },
  bounds(
    'holds-one-message-too-few',
    'decideOverCount',
    -1,
    ['resume.window.kept'],
    'One message less is held than the bound allows.',
  ),
  bounds(
    'holds-one-message-too-many',
    'decideOverCount',
    1,
    ['resume.window.count', 'resume.connect.unknown'],
    'One message more is held than the bound allows.',
  ),
  bounds(
    'holds-one-byte-too-few',
    'decideOverBytes',
    -1,
    ['resume.window.kept', 'resume.receipt.stored'],
    'One byte less is held for a client than the bound allows.',
  ),
  bounds(
    'holds-one-byte-too-many',
    'decideOverBytes',
    1,
    ['resume.window.bytes', 'resume.connect.unknown', 'resume.receipt.stored'],
    'One byte more is held for a client than the bound allows.',
  ),
  bounds(
    'holds-one-byte-too-few-in-all',
    'decideOverTotal',
    -1,
    ['resume.window.kept', 'resume.receipt.stored'],
    'One byte less is held in all than the bound allows.',
  ),
  bounds(
    'holds-one-byte-too-many-in-all',
    'decideOverTotal',
    1,
    ['resume.window.total', 'resume.receipt.stored'],
    'One byte more is held in all than the bound allows.',
  ),
  {
    name: 'drops-everything-beyond-total',
    misdeed: 'When too much is held in all, nothing is held any longer.',
    breaks: ['resume.window.kept'],
    apply: ({ rules }) => {
      const decide = rules.decideOverTotal
      let isDropping = false
      rules.decideOverTotal = (bytes, limit) => {
        isDropping = bytes > 0 && (isDropping || decide(bytes, limit))
        return isDropping
      }
    },
  },
  measures(
    'counts-held-characters',
    [
      'resume.window.bytes',
      'resume.window.total',
      'resume.connect.unknown',
      'resume.receipt.stored',
    ],
    (data) => data.length,
    'What is held is counted in UTF-16 code units.',
  ),
  measures(
    'counts-held-bytes-of-json',
    ['resume.window.kept', 'resume.receipt.stored'],
    (data) => Buffer.byteLength(JSON.stringify(data)),
    'What is held is counted as JSON.',
  ),
  measures(
    'counts-forty-bytes-more-of-each',
    ['resume.window.kept', 'resume.receipt.stored'],
    (data) => Buffer.byteLength(data) + 40,
    'What surrounds each message is counted as held.',
  ),
  measures(
    'counts-short-data-as-sixteen-bytes',
    ['resume.window.kept'],
    (data) => Math.max(16, Buffer.byteLength(data)),
    'Data of less than 16 bytes is counted as 16.',
  ),
  measures(
    'counts-short-data-for-nothing',
    ['resume.window.bytes', 'resume.window.total', 'resume.connect.unknown'],
    (data) => (Buffer.byteLength(data) < 16 ? 0 : Buffer.byteLength(data)),
    'Data of less than 16 bytes is not counted as held.',
  ),
  lasts(
    'holds-for-half-the-window',
    ['resume.window.kept'],
    (decide) => (atMs, nowMs, windowSeconds) => decide(atMs, nowMs, windowSeconds / 2),
    'Messages are held for half of the window.',
  ),
  lasts('holds-for-ever', BEYOND_TIME, () => () => false, 'No message becomes too old.'),
  lasts(
    'holds-longer-with-each-message',
    BEYOND_TIME,
    (decide, { ports, rules }) => {
      const measure = rules.measureData
      let newestMs = 0
      rules.measureData = (data) => {
        newestMs = ports.clock.nowMs()
        return measure(data)
      }
      return (atMs, nowMs, windowSeconds) => decide(Math.max(atMs, newestMs), nowMs, windowSeconds)
    },
    'A new message lets the older ones be held longer.',
  ),
]
