/** Faults of event streams: ids of replayed events that name the newest place, though less has been sent. */
import type { Fault } from '../parts.ts'

/** Each breaks what the chapter on event streams promises about the ids of replayed events. */
export const ssePlaceFaults: readonly Fault[] = [
  {
    name: 'gives-newest-messages-in-ids',
    misdeed: 'The id of a replayed message names the newest message.',
    breaks: ['sse.event.id'],
    apply: ({ rules, ports, wraps }) => {
      const { broker } = ports
      const newest = new Map<string, string>()
      ports.broker = {
        ...broker,
        accept: async (clientId, data) => {
          const accepted = await broker.accept(clientId, data)
          newest.set(clientId, rules.makeMessageId(accepted))
          return accepted
        },
      }
      wraps.writer = (writer, clientId) => ({
        ...writer,
        write: (frame, envelope) => {
          const id = newest.get(clientId)
          const isSpoilt = envelope?.type === 'message' && id !== undefined
          writer.write(frame, isSpoilt ? { ...envelope, id } : envelope)
        },
      })
    },
  },
  {
    name: 'gives-newest-broadcasts-in-ids',
    misdeed: 'The id of a replayed message names the newest broadcast.',
    breaks: ['sse.event.id'],
    apply: ({ rules, ports }) => {
      const { broker } = ports
      let newest: string | undefined
      ports.broker = {
        ...broker,
        acceptBroadcast: async (data) => {
          const accepted = await broker.acceptBroadcast(data)
          newest = rules.makeBroadcastId(accepted)
          return accepted
        },
      }
      const move = rules.movePlaces
      rules.movePlaces = (before, envelope) => {
        const places = move(before, envelope)
        const isSpoilt = envelope.type === 'message' && places.broadcast !== undefined
        return isSpoilt ? { ...places, broadcast: newest ?? places.broadcast } : places
      }
    },
  },
]
