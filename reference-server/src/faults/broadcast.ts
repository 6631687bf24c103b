/** Faults of posting broadcasts: whom they reach, as what, and how they are counted and limited. */
import type { BroadcastEnvelope, Receipt } from '@channel-protocol/schemas/types'
import type { Fault, Parts } from '../parts.ts'
import type { Rules } from '../rules/rule-book.ts'
import { isOfType, waitsForSlow } from './writes.ts'

type Receiver = Parameters<Rules['makeBroadcastDelivery']>[2]

/** A fault that leaves out some of the connections that a broadcast would go to. */
function leavesOut(
  name: string,
  makeFilter: (parts: Parts) => (all: readonly Receiver[]) => readonly Receiver[],
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['broadcast.post.deliver'],
    apply: (parts) => {
      const select = parts.rules.selectBroadcastReceivers
      const filter = makeFilter(parts)
      parts.rules.selectBroadcastReceivers = (open) => {
        const all = select(open)
        return filter(all) as typeof all
      }
    },
  }
}

/** A fault that tells another number of connections; `note` hears of the receivers of each broadcast. */
function miscounts(
  name: string,
  makeCount: () => (connections: number, receivers: readonly Receiver[]) => number,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['broadcast.post.connections'],
    apply: ({ rules }) => {
      const { selectBroadcastReceivers: select, makeBroadcastReceipt: make } = rules
      const count = makeCount()
      let receivers: readonly Receiver[] = []
      rules.selectBroadcastReceivers = (open) => {
        const all = select(open)
        receivers = all
        return all
      }
      rules.makeBroadcastReceipt = (id, counters, connections) =>
        make(id, counters, count(connections, receivers))
    },
  }
}

/** A fault that changes the envelope of broadcasts. */
function changes(
  name: string,
  change: (envelope: BroadcastEnvelope) => object,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['broadcast.post.deliver'],
    apply: ({ rules }) => {
      const make = rules.makeBroadcast
      rules.makeBroadcast = (...facts) => change(make(...facts)) as BroadcastEnvelope
    },
  }
}

/** A fault that changes what one receiver is sent. */
function sendsOtherwise(
  name: string,
  requirement: string,
  makeChange: () => (frame: string, receiver: Receiver) => readonly string[],
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: [requirement],
    apply: ({ rules }) => {
      const change = makeChange()
      rules.makeBroadcastDelivery = <F>(frame: F, _seq: number, receiver: Receiver): F[] =>
        (typeof frame === 'string' ? change(frame, receiver) : [frame]) as F[]
    },
  }
}

/** Each breaks what the chapter on broadcasts promises about posting. */
export const broadcastFaults: readonly Fault[] = [
  {
    name: 'answers-broadcast-without-seq',
    misdeed: 'The receipt of a broadcast has no seq.',
    breaks: ['broadcast.post.receipt'],
    apply: ({ rules }) => {
      const make = rules.makeBroadcastReceipt
      rules.makeBroadcastReceipt = (...facts) => {
        const { seq: _seq, ...rest } = make(...facts)
        return rest as Receipt
      }
    },
  },
  {
    name: 'writes-broadcast-epoch-as-text',
    misdeed: 'The epoch of the receipt of a broadcast is a string of digits.',
    breaks: ['broadcast.post.receipt'],
    apply: ({ rules }) => {
      const make = rules.makeBroadcastReceipt
      rules.makeBroadcastReceipt = (...facts) => {
        const receipt = make(...facts)
        return { ...receipt, epoch: String(receipt.epoch) as unknown as number }
      }
    },
  },
  miscounts(
    'counts-one-connection-for-all',
    () => () => 1,
    'The receipt of a broadcast counts one connection, however many there are.',
  ),
  miscounts(
    'counts-everybody-who-was-there',
    () => {
      const known = new Set<string>()
      return (_connections, receivers) => {
        for (const { clientId } of receivers) known.add(clientId)
        return known.size
      }
    },
    'The receipt of a broadcast counts client ids that were sent one before and have left.',
  ),
  miscounts(
    'counts-connections-of-last-broadcast',
    () => {
      let last = 0
      return (connections) => {
        const told = last
        last = connections
        return told
      }
    },
    'The receipt of a broadcast counts the connections of the one before it.',
  ),
  leavesOut(
    'broadcasts-to-twenty',
    () => (all) => all.slice(0, 20),
    'A broadcast goes to the twenty connections that are oldest.',
  ),
  leavesOut(
    'forgets-newest-client',
    () => (all) => (all.length > 30 ? all.slice(0, -1) : all),
    'Where there are more than thirty connections, the newest is sent no broadcasts.',
  ),
  leavesOut(
    'broadcasts-to-first-connections',
    () => {
      const first = new Map<string, Receiver>()
      return (all) => {
        for (const one of all) if (!first.has(one.clientId)) first.set(one.clientId, one)
        return all.filter((one) => first.get(one.clientId) === one)
      }
    },
    'A client that has come back is sent no broadcasts.',
  ),
  leavesOut(
    'stops-at-clients-that-left',
    () => {
      let before: readonly Receiver[] = []
      return (all) => {
        const gone = before.findIndex(({ ended, replaced }) => ended && !replaced)
        before = all
        return gone < 0 ? all : all.slice(0, gone)
      }
    },
    'The first broadcast after a client left goes to those alone that connected before it.',
  ),
  {
    ...changes(
      'broadcasts-as-message',
      (envelope) => ({ ...envelope, type: 'message' }),
      'A broadcast travels as a message.',
    ),
    breaks: ['broadcast.post.deliver', 'message.seq.contiguous', 'message.id.unique'],
  },
  changes(
    'trims-broadcasts',
    (envelope) => ({ ...envelope, data: envelope.data.trim() }),
    'Blanks at the ends of the data of broadcasts are dropped.',
  ),
  changes(
    'cuts-long-broadcasts',
    (envelope) => ({ ...envelope, data: envelope.data.slice(0, 8000) }),
    'Of the data of a broadcast 8000 characters are sent.',
  ),
  changes(
    'names-another-broadcast',
    (envelope) => ({ ...envelope, id: `${envelope.id}_` }),
    'A broadcast travels with another id than that of its receipt.',
  ),
  sendsOtherwise(
    'drops-repeated-broadcasts',
    'broadcast.post.deliver',
    () => {
      const last = new Map<string, string>()
      return (frame, { clientId }) => {
        const { data } = JSON.parse(frame) as BroadcastEnvelope
        const isRepeated = last.get(clientId) === data
        last.set(clientId, data)
        return isRepeated ? [] : [frame]
      }
    },
    'A broadcast with the same data as the one before it is never sent.',
  ),
  sendsOtherwise(
    'addresses-broadcasts',
    'broadcast.frame.identical',
    () =>
      (frame, { clientId }) => [JSON.stringify({ ...JSON.parse(frame), client_id: clientId })],
    'A broadcast names the client that it is sent to.',
  ),
  sendsOtherwise(
    'escapes-broadcasts-for-some',
    'broadcast.frame.identical',
    () => {
      let turn = 0
      const escapeAll = (text: string): string =>
        text.replace(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      return (frame) => {
        turn += 1
        return [turn % 2 === 0 ? escapeAll(frame) : frame]
      }
    },
    'Every second frame of a broadcast has escapes where the others have characters.',
  ),
  {
    name: 'broadcasts-wait-for-slow-readers',
    misdeed: 'While much waits for one client, broadcasts to the others are dropped.',
    breaks: ['broadcast.slow.others'],
    apply: ({ wraps }) => {
      wraps.writer = waitsForSlow((frame) => isOfType(frame, 'broadcast'))
    },
  },
  {
    name: 'broadcasts-after-expiry',
    misdeed: 'Until its connection is closed, a client is sent broadcasts after its token expired.',
    breaks: ['broadcast.expiry.silent'],
    apply: ({ rules }) => {
      const { decideExpiryDelay, selectBroadcastReceivers } = rules
      rules.decideExpiryDelay = (...facts) => decideExpiryDelay(...facts) + 1200
      rules.selectBroadcastReceivers = (open) =>
        selectBroadcastReceivers(open).map((one) => ({
          ...one,
          expiresAtMs: Number.POSITIVE_INFINITY,
        }))
    },
  },
  {
    name: 'never-limits-broadcasts',
    misdeed: 'Broadcasts are taken at any rate.',
    breaks: ['broadcast.rate.refuse'],
    apply: ({ rules, limits }) => {
      const decide = rules.decideRate
      rules.decideRate = (bucket, nowMs, perSecond) => ({
        ...decide(bucket, nowMs, perSecond),
        ...(perSecond === limits.broadcasts_per_second && { waitSeconds: 0 }),
      })
    },
  },
  {
    name: 'limits-messages-with-broadcasts',
    misdeed: 'While broadcasts are refused for their rate, so are messages.',
    breaks: ['broadcast.rate.others'],
    apply: ({ rules, limits }) => {
      const decide = rules.decideRate
      let untilMs = 0
      rules.decideRate = (bucket, nowMs, perSecond) => {
        const decision = decide(bucket, nowMs, perSecond)
        const isBroadcast = perSecond === limits.broadcasts_per_second
        if (isBroadcast && decision.waitSeconds > 0) untilMs = nowMs + 1000
        return isBroadcast || nowMs >= untilMs ? decision : { ...decision, waitSeconds: 1 }
      }
    },
  },
]
