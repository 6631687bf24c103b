/** What happens in the service of this process, as exchanges; it alone knows where in the service each of them is seen. */
import { CLOSE_CODES, type CloseSlug } from '@channel-protocol/schemas/registry'
import type { Parts } from '../../src/parts.ts'
import type { ConnectionWriter } from '../../src/ports.ts'
import type { AttemptAnswer, Delivery, SocketDelivery } from '../../src/webhook-port.ts'
import { type Exchange, type KindName, LIVE_PREFIX } from './kinds.ts'

const longestWho = 24
const longestExcerpt = 40

/** What a tap needs. */
export interface TapParts {
  /** Hears of each exchange when it happens; returns at once and never throws. */
  emit(exchange: Exchange): void
  /** Whether the beginning of a text may be shown; its size is otherwise. */
  showsText: boolean
}

/** A watch on a service, composed in as a fault is; it changes nothing that the service does. */
export interface Tap {
  apply(parts: Parts): void
}

const closeKinds: Partial<Record<CloseSlug, KindName>> = {
  replaced: 'replaced',
  'token-expired': 'expired',
  'disconnected-by-application': 'disconnected',
  draining: 'draining',
}

function shorten(text: string, most: number): string {
  const whole = [...text]
  return whole.length <= most ? text : `${whole.slice(0, most - 1).join('')}…`
}

function describeClose(slug: CloseSlug): string {
  return `${CLOSE_CODES[slug].code} ${slug}`
}

/** How an attempt ended that was no success; nothing of one that was. */
function describeFailure(answer: AttemptAnswer): string | undefined {
  if ('failure' in answer)
    return answer.failure === 'timeout' ? 'no answer in time' : 'no connection'
  return answer.status >= 200 && answer.status < 300 ? undefined : `status ${answer.status}`
}

/** Makes a watch; the exchanges of the live view's own clients are left out. */
export function makeTap({ emit, showsText }: TapParts): Tap {
  const describeText = (data: string): string =>
    showsText ? shorten(data, longestExcerpt) : `${Buffer.byteLength(data)} bytes`
  let nowMs = (): number => 0

  function note(kind: KindName, who?: string, text?: string): void {
    if (who?.startsWith(LIVE_PREFIX)) return
    emit({
      kind,
      atMs: nowMs(),
      ...(who ? { who: shorten(who, longestWho) } : {}),
      ...(text === undefined ? {} : { note: text }),
    })
  }

  function watchTokens({ rules, ports }: Parts): void {
    const { mintToken, verifyToken } = rules
    rules.mintToken = (claims, ...rest) => {
      note('token', claims.clientId)
      return mintToken(claims, ...rest)
    }
    // A refusal has no client id; whose token it was that was just verified is known here.
    let verified: string | undefined
    rules.verifyToken = (...given) => {
      const claims = verifyToken(...given)
      verified = claims?.clientId
      return claims
    }
    const { metrics } = ports
    ports.metrics = {
      ...metrics,
      count(name, label) {
        metrics.count(name, label)
        if (name === 'connections_refused') note('refused', verified, label)
        if (name === 'socket_urls_minted') note('socket-url')
      },
    }
  }

  function watchPosts({ ports }: Parts): void {
    const { broker } = ports
    ports.broker = {
      ...broker,
      async accept(clientId, data) {
        const accepted = await broker.accept(clientId, data)
        note('post', clientId, describeText(data))
        return accepted
      },
      async acceptBroadcast(data) {
        const accepted = await broker.acceptBroadcast(data)
        note('broadcast-post', undefined, describeText(data))
        return accepted
      },
    }
  }

  function watchWriter(writer: ConnectionWriter, clientId: string): ConnectionWriter {
    note('connect', clientId)
    return {
      ...writer,
      write(frame, envelope) {
        if (envelope && writer.isOpen()) {
          const numbered = envelope.type === 'message' || envelope.type === 'broadcast'
          const text = numbered ? `seq ${envelope.seq}` : undefined
          const resumed = envelope.type === 'welcome' && envelope.resumed ? 'resumed' : undefined
          note(envelope.type, clientId, text ?? resumed)
        }
        writer.write(frame, envelope)
      },
      close(slug) {
        if (writer.isOpen()) note(closeKinds[slug] ?? 'close', clientId, describeClose(slug))
        writer.close(slug)
      },
    }
  }

  function watchSocket(writer: ConnectionWriter, path: string): ConnectionWriter {
    note('socket-open', path)
    return {
      ...writer,
      write(frame, envelope) {
        if (writer.isOpen()) note('socket-text', path, describeText(String(frame)))
        writer.write(frame, envelope)
      },
      close(slug) {
        if (writer.isOpen()) note('socket-close', path, describeClose(slug))
        writer.close(slug)
      },
    }
  }

  function noteDelivery(delivery: Delivery): string | undefined {
    if (delivery.event === 'started') {
      note('started')
      return undefined
    }
    const { clientId, reason, version } = delivery.state
    if (delivery.event === 'connected') note('came', clientId, `version ${version}`)
    else {
      if (reason === 'closed' || reason === 'lost') note(reason, clientId)
      note(reason === 'closed' ? 'left' : 'went', clientId, reason)
    }
    return clientId
  }

  function noteSocketDelivery(delivery: SocketDelivery): void {
    const { path } = delivery.socket
    if (delivery.event === 'handshake') note('handshake', path)
    else if (delivery.event === 'closed') note('socket-closed', path, String(delivery.code))
    else {
      note('socket-says', path, describeText(delivery.body))
      note('socket-message', path)
    }
  }

  return {
    apply(parts) {
      const { clock } = parts.ports
      nowMs = () => clock.nowMs()
      watchTokens(parts)
      watchPosts(parts)
      const { writer, socketWriter, attempt, socketAttempt } = parts.wraps
      Object.assign(parts.wraps, {
        writer: (inner, clientId, pulse) => watchWriter(writer(inner, clientId, pulse), clientId),
        socketWriter: (inner, path, pulse) => watchSocket(socketWriter(inner, path, pulse), path),
        attempt: (inner) => async (delivery) => {
          const clientId = noteDelivery(delivery)
          const answer = await attempt(inner)(delivery)
          const failure = describeFailure(answer)
          if (failure !== undefined) note('failed', clientId, failure)
          return answer
        },
        socketAttempt: (inner) => async (delivery) => {
          noteSocketDelivery(delivery)
          const answer = await socketAttempt(inner)(delivery)
          const failure = describeFailure(answer)
          if (failure !== undefined) note('socket-failed', delivery.socket.path, failure)
          return answer
        },
      } satisfies Partial<Parts['wraps']>)
    },
  }
}
