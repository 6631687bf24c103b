/** Drain: it alone knows how a service that is about to stop sends its clients away. */
import type { Clock, Random, Timings } from '../ports.ts'
import type { Channels } from './channels.ts'
import type { Rules } from './rule-book.ts'
import type { Sockets } from './sockets.ts'

/**
 * Announces the end on every open connection and closes each at a random instant within `drain_seconds`.
 * Resolves when the last was closed.
 * @spec connection.drain.announced
 * @spec connection.drain.close
 */
export async function drainChannels(parts: {
  rules: Rules
  channels: Channels
  timings: Timings
  clock: Clock
  random: Random
}): Promise<void> {
  const { rules, channels, timings, clock, random } = parts
  const waits = [...channels.open()].map((connection) => {
    const afterSeconds = rules.decideComeback(random.fraction(), timings.drain_seconds)
    for (const envelope of rules.makeFarewell(afterSeconds))
      connection.writer.write(rules.encodeEnvelope(envelope), envelope)
    const delayMs = rules.decideDrainDelayMs(random.fraction(), timings.drain_seconds)
    return wait(clock, delayMs, () => {
      channels.end(connection, { by: 'service', slug: 'draining' })
    })
  })
  await Promise.all(waits)
}

/**
 * Closes every open socket at a random instant within `drain_seconds`, without a word before.
 * Resolves when the last was closed.
 * @spec socket.drain.close
 */
export async function drainSockets(parts: {
  rules: Rules
  sockets: Sockets
  timings: Timings
  clock: Clock
  random: Random
}): Promise<void> {
  const { rules, sockets, timings, clock, random } = parts
  const waits = [...sockets.open()].map((socket) => {
    const delayMs = rules.decideSocketDrainDelayMs(random.fraction(), timings.drain_seconds)
    return wait(clock, delayMs, () => sockets.end(socket, { by: 'service', slug: 'draining' }))
  })
  await Promise.all(waits)
}

function wait(clock: Clock, ms: number, then: () => void): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, () => {
      then()
      resolve()
    })
  })
}
