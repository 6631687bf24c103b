/** Wrong clients that do otherwise than they should with what arrives. */

import type { ClientFault } from '../fault.ts'
import { RULES } from '../rules.ts'

const { identity } = RULES

export const ARRIVING_FAULTS: Readonly<Record<string, ClientFault>> = {
  'drops-long-messages': {
    misdeed: 'gives nothing that is longer than 30,000 characters',
    rule: { data: (data) => (data.length > 30_000 ? undefined : data) },
  },
  'trims-data': {
    misdeed: 'takes spaces away from the ends of data',
    rule: { data: (data) => data.trim() },
  },
  'one-memory-for-both-streams': {
    misdeed: 'takes a broadcast for the message with the same number',
    rule: { identity: (_stream, epoch, seq) => identity('message', epoch, seq) },
  },
  'knows-messages-by-seq-alone': {
    misdeed: 'takes the first messages of a new epoch for duplicates',
    rule: { identity: (stream, _epoch, seq) => identity(stream, 0, seq) },
  },
  'one-epoch-for-both-streams': {
    misdeed: 'takes the epoch of the messages for that of the broadcasts',
    rule: { epochOfBroadcasts: 'epoch' },
  },
  'ignores-broadcasts': {
    misdeed: 'gives no broadcasts',
    rule: { isTaken: ({ type }) => type !== 'broadcast' },
  },
  'gives-messages-twice': {
    misdeed: 'gives a message as often as it arrives',
    rule: {
      identity: (stream, epoch, seq) =>
        stream === 'message' ? undefined : identity(stream, epoch, seq),
    },
  },
  'gives-broadcasts-twice': {
    misdeed: 'gives a broadcast as often as it arrives',
    rule: {
      identity: (stream, epoch, seq) =>
        stream === 'broadcast' ? undefined : identity(stream, epoch, seq),
    },
  },
  'ends-at-unknown-type': {
    misdeed: 'ends when an envelope of an unknown type comes',
    rule: { atUnknownType: 'end' },
  },
  'ends-at-inherited-names': {
    misdeed: 'ends at an envelope whose type is a name that every object has',
    rule: { endsAtType: (type) => type in {} },
  },
  'gives-unknown-types': {
    misdeed: 'gives the data of envelopes of any type',
    rule: { atUnknownType: 'give' },
  },
  'refuses-unknown-members': {
    misdeed: 'passes over messages with a member that it does not know',
    rule: { isTaken: (envelope) => Object.keys(envelope).length <= 4 },
  },
  'ends-at-bad-frame': {
    misdeed: 'ends at a frame that is no envelope',
    rule: { atBadFrame: 'end' },
  },
  'tells-bad-frames': {
    misdeed: 'tells its page an error for a frame that is no envelope',
    rule: { atBadFrame: 'tell' },
  },
  'ends-at-binary': { misdeed: 'ends at a binary frame', rule: { atBinary: 'end' } },
}
