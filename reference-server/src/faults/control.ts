/** Faults of control: of how a disconnect is read, answered and carried out. */

import type { PresenceState } from '../broker-port.ts'
import type { Fault, Parts } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'
import { Refusal } from '../refusal.ts'
import type { Departure } from '../rules/connection.ts'
import { needsNoKey } from './without-key.ts'

const SLUG = 'disconnected-by-application'

/** A fault that reads `revoke_tokens` in its own way; `rightly` refuses what is neither true nor false. */
function readsRevocation(
  name: string,
  breaks: string,
  misdeed: string,
  read: (value: unknown, rightly: (value: unknown) => boolean) => boolean,
): Fault {
  return {
    name,
    misdeed,
    breaks: [breaks],
    apply: ({ rules }) => {
      const rightly = rules.readRevocation
      rules.readRevocation = (value) => read(value, rightly)
    },
  }
}

/** Each breaks what the chapter on control promises about disconnects. */
export const controlFaults: readonly Fault[] = [
  needsNoKey(
    'disconnects-without-key',
    '/v1/disconnects',
    'A client is disconnected without an application key.',
  ),
  {
    name: 'disconnects-nobody-in-particular',
    misdeed: 'A disconnect that names no client id is answered as if there were nothing to do.',
    breaks: ['token.client-id.refuse'],
    apply: ({ rules }) => {
      const select = rules.selectMembers
      rules.selectMembers = (body, members) => {
        const selected = select(body, members)
        const isOurs = members.includes('revoke_tokens') && selected.client_id === undefined
        return isOurs ? { ...selected, client_id: 'nobody' } : selected
      }
    },
  },
  {
    name: 'always-counts-one-disconnected',
    misdeed: 'A disconnect says that it closed one connection, also where there was none.',
    breaks: ['control.disconnect.answer'],
    apply: ({ rules }) => {
      rules.makeDisconnectAnswer = () => ({ connections: 1 })
    },
  },
  {
    name: 'never-counts-disconnected',
    misdeed: 'A disconnect says that it closed no connection, also where there was one.',
    breaks: ['control.disconnect.answer'],
    apply: ({ rules }) => {
      rules.makeDisconnectAnswer = () => ({ connections: 0 })
    },
  },
  {
    name: 'finds-nobody-to-disconnect',
    misdeed: 'A disconnect of a client id without a connection is refused.',
    breaks: ['control.disconnect.answer'],
    apply: ({ rules }) => {
      const make = rules.makeDisconnectAnswer
      rules.makeDisconnectAnswer = (connections) => {
        if (connections === 0) throw new Refusal('not-found', 'nobody is connected')
        return make(connections)
      }
    },
  },
  {
    name: 'keeps-disconnected-connection',
    misdeed: 'A disconnect is answered and closes nothing.',
    breaks: ['control.disconnect.close', 'control.revoke.opening'],
    apply: ({ rules }) => {
      rules.decideDisconnect = () => undefined
    },
  },
  {
    name: 'calls-disconnect-draining',
    misdeed: 'A disconnect closes the connection with 4200, so that it comes back at once.',
    breaks: ['control.disconnect.close'],
    apply: ({ rules }) => {
      rules.decideDisconnect = () => 'draining'
    },
  },
  {
    name: 'calls-disconnect-invalid-token',
    misdeed: 'A disconnect with revoke_tokens closes the connection with 4301.',
    breaks: ['control.disconnect.close'],
    apply: ({ rules }) => {
      const decide = rules.decideDisconnect
      rules.decideDisconnect = (revokes) => (revokes ? 'token-invalid' : decide(revokes))
    },
  },
  {
    name: 'disconnects-ids-that-begin-alike',
    misdeed:
      'A disconnect also closes the connections of client ids that begin with the one named.',
    breaks: ['control.disconnect.others'],
    apply: ({ wraps }) => {
      const writers = new Map<ConnectionWriter, string>()
      wraps.writer = (writer, named) => {
        writers.set(writer, named)
        const close: ConnectionWriter['close'] = (slug) => {
          writer.close(slug)
          if (slug !== SLUG) return
          for (const [other, clientId] of writers) if (clientId.startsWith(named)) other.close(slug)
        }
        return { ...writer, close }
      }
    },
  },
  {
    name: 'drops-unsent-at-disconnect',
    misdeed: 'A message is sent a moment after its receipt, and a disconnect drops what is unsent.',
    breaks: ['control.disconnect.flushed'],
    apply: ({ ports, wraps }) => {
      wraps.writer = (writer) => {
        let unsent: Parameters<ConnectionWriter['write']>[] = []
        const send = (): void => {
          for (const frame of unsent.splice(0)) writer.write(...frame)
        }
        const write: ConnectionWriter['write'] = (frame, envelope) => {
          const isMessage = envelope?.type === 'message'
          if (isMessage && unsent.length === 0) ports.clock.after(20, send)
          if (!isMessage) send()
          unsent.push([frame, envelope])
          if (!isMessage) send()
        }
        const close: ConnectionWriter['close'] = (slug) => {
          if (slug === SLUG) unsent = []
          send()
          writer.close(slug)
        }
        return { ...writer, write, close }
      }
    },
  },
  readsRevocation(
    'revokes-with-every-disconnect',
    'control.disconnect.tokens',
    'A disconnect kills the tokens of its client id, whether that is asked for or not.',
    (value, rightly) => rightly(value) !== undefined,
  ),
  readsRevocation(
    'takes-any-revocation-for-true',
    'control.disconnect.tokens',
    'A disconnect kills the tokens of its client id wherever revoke_tokens is there.',
    (value, rightly) => rightly(value) || value !== undefined,
  ),
  {
    name: 'drops-held-at-disconnect',
    misdeed: 'What is held for a client is dropped when the application disconnects it.',
    breaks: ['control.held.kept'],
    apply: (parts) => {
      const { readClientId, readRevocation } = parts.rules
      const drop = dropsHeld(parts)
      let named = ''
      parts.rules.readClientId = (...facts) => {
        named = readClientId(...facts)
        return named
      }
      // Both members are read within one turn, so the one named is that of this request.
      parts.rules.readRevocation = (value) => {
        drop(named)
        return readRevocation(value)
      }
    },
  },
  {
    name: 'drops-held-at-revocation',
    misdeed: 'What is held for a client is dropped when its tokens are revoked.',
    breaks: ['control.held.kept'],
    apply: (parts) => {
      const drop = dropsHeld(parts)
      const { revoke } = parts.ports.broker
      const dropping: typeof revoke = (clientId) => {
        drop(clientId)
        return revoke(clientId)
      }
      parts.ports.broker = { ...parts.ports.broker, revoke: dropping }
    },
  },
  {
    name: 'waits-after-disconnect',
    misdeed: 'The grace is waited after a disconnect.',
    breaks: ['control.presence.reported'],
    apply: (parts) => changeEnding(parts, { grace: true }),
  },
  {
    name: 'reports-disconnect-as-closed',
    misdeed: 'A client that was disconnected is reported as one that said goodbye.',
    breaks: ['control.presence.reported'],
    apply: (parts) => changeEnding(parts, { reason: 'closed' }),
  },
  {
    name: 'forgets-disconnects-of-those-who-returned',
    misdeed: 'A disconnect of a client that came back within its grace is not reported.',
    breaks: ['control.presence.reported'],
    apply: ({ rules, ports }) => {
      const { broker } = ports
      const { decideArrival } = rules
      const returned = new Set<string>()
      let isReturn = false
      rules.decideArrival = (facts) => {
        isReturn = facts.online && !facts.takeover
        return decideArrival(facts)
      }
      ports.broker = {
        ...broker,
        arrive: (arrival) => {
          const arriving = broker.arrive(arrival)
          if (isReturn) returned.add(arrival.clientId)
          isReturn = false
          return arriving
        },
        depart: async (going) => {
          const counters = await broker.depart(going)
          const isHidden = returned.delete(going.clientId) && going.reason === SLUG
          return isHidden ? undefined : counters
        },
      }
    },
  },
  {
    name: 'keeps-grace-at-disconnect',
    misdeed: 'The grace of a client id that is disconnected runs on.',
    breaks: ['control.grace.ended'],
    apply: ({ rules }) => {
      rules.decideGraceEnd = () => undefined
    },
  },
  {
    name: 'renames-reason-of-ended-grace',
    misdeed: 'A lost client that is disconnected within its grace is reported as disconnected.',
    breaks: ['control.grace.ended'],
    apply: ({ rules }) => {
      rules.decideGraceEnd = (held) => ({ ...held, reason: SLUG })
    },
  },
  {
    name: 'runs-out-ended-grace',
    misdeed: 'A grace that a disconnect ended is reported a second time when it would have passed.',
    breaks: ['control.grace.ended'],
    apply: ({ rules, ports, wraps, timings }) => {
      const ended = 'its grace was ended'
      rules.decideGraceEnd = (held) => ({ reason: `${held.reason}, ${ended}`, grace: false })
      const newest = new Map<string, PresenceState>()
      wraps.sink = (sink) => {
        const report = (state: PresenceState): void => {
          newest.set(state.clientId, state)
          const [reason = '', isEnded] = state.reason?.split(', ') ?? []
          sink.report(isEnded === ended ? { ...state, reason } : state)
          if (isEnded !== ended) return
          ports.clock.after(timings.presence_grace_seconds * 1000, () => {
            const { version, ...now } = newest.get(state.clientId) ?? state
            if (now.online) sink.report({ ...now, version: version + 1, online: false, reason })
          })
        }
        return { ...sink, report }
      }
    },
  },
  readsRevocation(
    'takes-text-for-revocation',
    'control.members.refused',
    'A revoke_tokens that is a text is read as true or, where it is empty, as false.',
    (value, rightly) => (typeof value === 'string' ? value !== '' : rightly(value)),
  ),
  readsRevocation(
    'takes-number-for-revocation',
    'control.members.refused',
    'A revoke_tokens that is a number is read as false or true.',
    (value, rightly) => (typeof value === 'number' ? value !== 0 : rightly(value)),
  ),
  readsRevocation(
    'takes-null-revocation-for-none',
    'control.members.refused',
    'A revoke_tokens of null is read as absent.',
    (value, rightly) => rightly(value ?? undefined),
  ),
  {
    name: 'disconnects-before-it-refuses',
    misdeed: 'A disconnect whose revoke_tokens is refused has closed the connection by then.',
    breaks: ['control.members.refused'],
    apply: ({ rules, wraps }) => {
      const { readClientId, readRevocation } = rules
      const writers = new Map<string, ConnectionWriter>()
      let named = ''
      wraps.writer = (writer, clientId) => {
        writers.set(clientId, writer)
        return writer
      }
      rules.readClientId = (...facts) => {
        named = readClientId(...facts)
        return named
      }
      // Both members are read within one turn, so the one named is that of this request.
      rules.readRevocation = (value) => {
        if (value !== undefined && typeof value !== 'boolean') writers.get(named)?.close(SLUG)
        return readRevocation(value)
      }
    },
  },
]

/** Lets what is held so far of client ids be dropped. */
function dropsHeld({ ports }: Parts): (clientId: string) => void {
  const { broker } = ports
  const dropped = new Map<string, Promise<number>>()
  ports.broker = {
    ...broker,
    replay: async (clientId, after) =>
      after.seq < ((await dropped.get(clientId)) ?? 0) ? undefined : broker.replay(clientId, after),
  }
  return (clientId) =>
    dropped.set(
      clientId,
      broker.read(clientId).then(({ seq }) => seq),
    )
}

/** Changes how disconnects are reported. */
function changeEnding({ rules }: Parts, change: Partial<Departure>): void {
  const decide = rules.decideEnding
  rules.decideEnding = (ending) => {
    const departure = decide(ending)
    return departure.reason === SLUG ? { ...departure, ...change } : departure
  }
}
