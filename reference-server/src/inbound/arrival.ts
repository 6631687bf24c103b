/** Arrivals: it alone knows where, in a request and the service, that is found by which a newcomer is judged. */
import type { IncomingHttpHeaders } from 'node:http'
import type { ArrivalFacts } from '../rules/admission.ts'
import type { Service } from './service.ts'

/** What whoever sent this request is judged by now, beside its credentials. */
export function readArrival(
  service: Service,
  { headers }: { headers: Readonly<IncomingHttpHeaders> },
): ArrivalFacts {
  return {
    origin: headers.origin,
    baseOrigin: originOf(service.baseUrl()),
    origins: service.facts.origins,
    signingKey: service.signingKey,
    nowMs: service.ports.clock.wallMs(),
    openConnections: service.channels.open().size + service.sockets.count(),
    maxConnections: service.limits.connections,
  }
}

let known = { url: '', origin: '' }

/** The origin of a URL; the same is asked for again and again. */
function originOf(url: string): string {
  if (known.url !== url) known = { url, origin: new URL(url).origin }
  return known.origin
}
