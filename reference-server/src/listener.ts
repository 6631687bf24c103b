/** One address at which a service is asked: it alone knows how calls, upgrades and event streams share a listener. */
import type { AddressInfo } from 'node:net'
import { makeConnectUpgrade } from './inbound/connect-upgrade.ts'
import { makeEventStreams } from './inbound/event-stream.ts'
import { makeHttpServer, type RequestTaker } from './inbound/http.ts'
import type { Service } from './inbound/service.ts'
import { makeSocketUpgrade } from './inbound/socket-upgrade.ts'
import { makeUpgrades } from './inbound/upgrade.ts'
import type { Heartbeat } from './outbound/heartbeat.ts'
import { asIs, type Wraps } from './parts.ts'

/** Connections that may wait to be accepted; a shorter queue loses some of a sudden crowd without a word. */
const ACCEPT_BACKLOG = 4096

/** What all addresses of one server have in common. */
export interface ListenerParts {
  wraps: Wraps
  /** Nothing where the service does not offer `robust`. */
  heartbeats: Record<'connections' | 'sockets' | 'streams', Heartbeat | undefined>
  /** Answers requests on the same origin that are not the service's own. */
  elsewhere: RequestTaker | undefined
}

/** A listener that runs. */
export interface Listener {
  port: number
  /** Where it listens, as a base without a path. */
  url: string
  /** Resolves when no WebSocket and no event stream is left. */
  allClosed(): Promise<unknown>
  /** Ends everything at once. */
  stop(): Promise<void>
}

/** Resolves when the service is asked at `address`; rejects where that cannot be listened on. */
export async function startListener(
  service: Service,
  { wraps, heartbeats, elsewhere }: ListenerParts,
  { host, port }: { host: string; port: number },
): Promise<Listener> {
  const { profiles } = service.facts
  const socketKind = makeSocketUpgrade(service, {
    heartbeat: heartbeats.sockets,
    wrapWriter: replacing(wraps.socketWriter),
    wrapReading: wraps.socketReading,
  })
  const upgrades = makeUpgrades(service, [
    makeConnectUpgrade(service, {
      heartbeat: heartbeats.connections,
      wrapWriter: replacing(wraps.writer),
    }),
    ...(profiles.includes('sockets') ? [socketKind] : []),
  ])
  const streams = profiles.includes('sse')
    ? makeEventStreams(service, { heartbeat: heartbeats.streams, wrapWriter: wraps.writer })
    : undefined
  const { server: http, endAll } = makeHttpServer(service, upgrades, [
    ...(streams ? [streams] : []),
    ...(elsewhere ? [elsewhere] : []),
  ])
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen({ port, host, backlog: ACCEPT_BACKLOG }, () => {
      http.off('error', reject)
      resolve()
    })
  })
  const address = http.address() as AddressInfo
  const allClosed = (): Promise<unknown> =>
    Promise.all([upgrades.allClosed(), streams?.allClosed()])
  return {
    port: address.port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    allClosed,
    stop: async () => {
      upgrades.stop()
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      endAll()
      await Promise.all([closed, allClosed()])
    },
  }
}

/** A wrapper, or nothing where it replaces nothing: what is not wrapped is smaller and faster. */
function replacing<Wrap>(wrap: Wrap): Wrap | undefined {
  return wrap === asIs ? undefined : wrap
}
