/** Faults of coming back: which cursors can be continued, and what the welcome says of them. */

import type { Awaitable, HeldMessage, StreamCounters } from '../broker-port.ts'
import type { Fault, Parts } from '../parts.ts'
import type { Rules } from '../rules/rule-book.ts'

type Missed = readonly HeldMessage[] | undefined
type Asked = ReturnType<Rules['readAskedPlace']>

/** Another answer of the broker to what was missed since a place, in both streams. */
export function changesMissed(
  { ports }: Parts,
  change: (missed: Missed, again: (after: StreamCounters) => Awaitable<Missed>) => Missed,
): void {
  const { broker } = ports
  ports.broker = {
    ...broker,
    replay: async (clientId, after) =>
      change(await broker.replay(clientId, after), (other) => broker.replay(clientId, other)),
    replayBroadcasts: async (after) =>
      change(await broker.replayBroadcasts(after), broker.replayBroadcasts),
  }
}

/** A fault that reads the values of the parameters otherwise. */
function readsValues(
  name: string,
  breaks: readonly string[],
  change: (values: readonly string[]) => readonly string[],
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const read = rules.readAskedPlace
      rules.readAskedPlace = (values, readCursor) => read(change(values), readCursor)
    },
  }
}

/** A fault that gives another `seq` in a welcome. */
function places(
  name: string,
  decide: (newest: number, asked: number | undefined, resumed: boolean) => number | undefined,
  misdeed: string,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['resume.welcome.seq'],
    apply: ({ rules }) => {
      const decideSeq = rules.decideWelcomeSeq
      rules.decideWelcomeSeq = (newest, asked, resumed, stream) =>
        decide(newest, asked, resumed) ?? decideSeq(newest, asked, resumed, stream)
    },
  }
}

/** Each breaks what the chapter on resuming promises about coming back. */
export const resumeFaults: readonly Fault[] = [
  {
    name: 'resumes-only-with-something-missed',
    misdeed: 'A client that missed nothing is not resumed.',
    breaks: ['resume.connect.resumed'],
    apply: (parts) => changesMissed(parts, (missed) => (missed?.length === 0 ? undefined : missed)),
  },
  {
    name: 'resumes-five-at-most',
    misdeed: 'A client that missed more than five messages is not resumed.',
    breaks: ['resume.connect.resumed', 'resume.window.kept'],
    apply: (parts) =>
      changesMissed(parts, (missed) => (missed && missed.length > 5 ? undefined : missed)),
  },
  {
    name: 'resumes-only-one-stream',
    misdeed: 'A client that asks for both streams is not resumed.',
    breaks: ['resume.connect.resumed'],
    apply: ({ rules }) => {
      const decide = rules.decideResumed
      rules.decideResumed = (continued) => Object.keys(continued).length < 2 && decide(continued)
    },
  },
  {
    name: 'forgets-window-after-goodbye',
    misdeed: 'What is held for a client is forgotten when it closes its connection with 1000.',
    breaks: ['resume.connect.resumed'],
    apply: ({ wraps, ports }) => {
      const { broker } = ports
      const gone = new Set<string>()
      wraps.sink = (sink) => ({
        ...sink,
        report: (state) => {
          if (state.reason === 'closed') gone.add(state.clientId)
          sink.report(state)
        },
      })
      const replay: typeof broker.replay = async (clientId, after) =>
        gone.has(clientId) ? undefined : broker.replay(clientId, after)
      ports.broker = { ...broker, replay }
    },
  },
  {
    name: 'forgets-place-with-its-message',
    misdeed: 'The place behind a message is forgotten together with the message.',
    breaks: ['resume.connect.resumed', 'resume.window.kept'],
    apply: ({ rules }) => {
      const decide = rules.decideContinued
      rules.decideContinued = (facts) =>
        decide(facts) && (facts.after > facts.dropped || facts.dropped === 0)
    },
  },
  {
    name: 'resumes-unasked',
    misdeed: 'A welcome without cursors has resumed as true.',
    breaks: ['resume.connect.unasked', 'resume.absent.unresumed'],
    apply: ({ rules }) => {
      const decide = rules.decideResumed
      rules.decideResumed = (continued) => Object.keys(continued).length === 0 || decide(continued)
    },
  },
  {
    name: 'replays-what-can-be-continued',
    misdeed: 'Of two streams one is replayed although the other cannot be continued.',
    breaks: ['resume.connect.together'],
    apply: ({ rules }) => {
      rules.selectReplay = (held) => held ?? []
    },
  },
  readsValues(
    'takes-empty-cursor-for-none',
    ['resume.connect.together', 'resume.connect.unknown'],
    (values) => values.filter((value) => value !== ''),
    'An empty cursor counts as none.',
  ),
  readsValues(
    'takes-first-of-several-cursors',
    ['resume.connect.unknown'],
    (values) => values.slice(0, 1),
    'Of several cursors of one stream the first is taken.',
  ),
  readsValues(
    'trims-cursors',
    ['resume.connect.unknown'],
    (values) => values.map((value) => value.trim()),
    'Blanks around a cursor are dropped.',
  ),
  {
    name: 'takes-unknown-cursor-for-start',
    misdeed: 'A text that is no cursor names the place before everything.',
    breaks: ['resume.connect.unknown', 'resume.connect.together'],
    apply: ({ rules }) => {
      const { readAskedPlace, decideSameEpoch } = rules
      rules.readAskedPlace = (values, read): Asked =>
        readAskedPlace(values, (cursor) => read(cursor) ?? { epoch: 0, seq: 0 })
      rules.decideSameEpoch = (asked, current) => asked === 0 || decideSameEpoch(asked, current)
    },
  },
  {
    name: 'continues-from-ahead',
    misdeed: 'A place ahead of the newest can be continued.',
    breaks: ['resume.connect.unknown'],
    apply: ({ rules }) => {
      rules.decideContinued = ({ after, dropped }) => after >= dropped
    },
  },
  {
    name: 'resumes-over-a-gap',
    misdeed: 'A cursor can be continued although something later was dropped.',
    breaks: ['resume.connect.unknown'],
    apply: ({ rules }) => {
      rules.decideContinued = ({ after, newest }) => after <= newest
    },
  },
  {
    name: 'ignores-epoch-of-cursors',
    misdeed: 'The epoch of a cursor is not looked at.',
    breaks: ['resume.connect.unknown'],
    apply: ({ rules }) => {
      rules.decideSameEpoch = () => true
    },
  },
  {
    name: 'reads-only-numbers-of-cursors',
    misdeed: 'A cursor is taken for a number, of whatever stream and epoch.',
    breaks: ['resume.connect.unknown', 'resume.connect.together'],
    apply: ({ rules }) => {
      const { readMessageCursor, readBroadcastCursor } = rules
      rules.readMessageCursor = (cursor) => readMessageCursor(cursor) ?? readBroadcastCursor(cursor)
      rules.readBroadcastCursor = rules.readMessageCursor
      rules.decideSameEpoch = () => true
    },
  },
  {
    name: 'replays-owner-of-cursor',
    misdeed: 'Whoever has a cursor is sent the messages of the client id that it was given for.',
    breaks: ['resume.connect.unknown'],
    apply: ({ ports }) => {
      const { broker } = ports
      const owners = new Map<number, string>()
      ports.broker = {
        ...broker,
        accept: async (clientId, data) => {
          const counters = await broker.accept(clientId, data)
          owners.set(counters.epoch, clientId)
          return counters
        },
        replay: (clientId, after) => broker.replay(owners.get(after.epoch) ?? clientId, after),
      }
    },
  },
  places(
    'welcomes-back-at-newest',
    (newest) => newest,
    'A resumed welcome has the number of the newest message.',
  ),
  places(
    'welcomes-back-at-start',
    (_newest, asked, resumed) => (resumed && asked !== undefined ? 0 : undefined),
    'A resumed welcome has the number 0.',
  ),
  places(
    'welcomes-unasked-stream-at-start',
    (_newest, asked, resumed) => (resumed && asked === undefined ? 0 : undefined),
    'A resumed welcome has the number 0 of the stream that was not asked for.',
  ),
  {
    name: 'takes-unoffered-broadcasts-for-unknown',
    misdeed: 'Where broadcast is not offered, a cursor of broadcasts is one that names no place.',
    breaks: ['resume.broadcasts.ignored'],
    apply: ({ rules }) => {
      const select = rules.selectAsked
      rules.selectAsked = (asked, offered) =>
        select(asked, { ...offered, broadcasts: offered.messages })
    },
  },
  {
    name: 'resumes-unoffered-broadcasts',
    misdeed: 'Where broadcast is not offered, a client that asks for it alone is resumed.',
    breaks: ['resume.broadcasts.ignored'],
    apply: ({ rules, ports }) => {
      const { broker } = ports
      const select = rules.selectAsked
      const everything = { epoch: 0, seq: 0 }
      rules.selectAsked = (asked, offered) => {
        const isAlone = !offered.broadcasts && asked.broadcasts && !asked.messages
        return select({ ...asked, ...(isAlone && { messages: everything }) }, offered)
      }
      ports.broker = {
        ...broker,
        replay: async (clientId, after) =>
          after === everything ? [] : broker.replay(clientId, after),
      }
    },
  },
  {
    name: 'resumes-without-offering-it',
    misdeed: 'Where resuming is not offered, every welcome has resumed as true.',
    breaks: ['resume.absent.unresumed'],
    apply: ({ rules }) => {
      const { makeStored, decideResumed } = rules
      let isOffered = true
      rules.makeStored = (stored, stream) => {
        isOffered = stored !== undefined
        return makeStored(stored, stream)
      }
      rules.decideResumed = (continued) => !isOffered || decideResumed(continued)
    },
  },
]
