/** Makes one attempt of a webhook over HTTP; it alone knows the connections to the application. */
import { errors, Pool } from 'undici'
import type { Clock } from '../ports.ts'
import type { Attempt, AttemptAnswer, Delivery } from '../webhook-port.ts'
import type { WebhookRequest } from './signed-form.ts'
import {
  makeWebhookRequest,
  type WebhookRequestRules,
  type WebhookUrls,
} from './webhook-request.ts'

const answerBytes = 65_536

/** For a connection to be made while the clock stands still, which the library measures by the time of the machine. */
const STANDING_STILL_MS = 60_000

/** What attempts are made with. */
export interface WebhookAttemptParts {
  clock: Clock
  rules: WebhookRequestRules
  urls: WebhookUrls
  /** Live secrets, such as `readSecret` answers. */
  secrets: readonly string[]
  /** Product name and version of the sender. */
  userAgent: string
  timings: { webhook_timeout_seconds: number }
  limits: { webhook_concurrency: number }
}

/** Makes attempts until it is stopped. */
export interface WebhookAttempts<D = Delivery> {
  attempt: Attempt<D>
  /** Breaks off what is in flight and closes every connection. */
  stop(): Promise<void>
}

/** Reads a `Retry-After` of whole seconds or an HTTP date into seconds from `nowMs`; undefined when it is neither. */
export function readRetryAfter(
  value: string | string[] | undefined,
  nowMs: number,
): number | undefined {
  const text = (Array.isArray(value) ? value[0] : value)?.trim()
  if (text === undefined) return undefined
  if (/^[0-9]+$/.test(text)) return Number(text)
  const dateMs = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(dateMs) ? undefined : Math.max(0, (dateMs - nowMs) / 1000)
}

function readLocation(value: string | string[] | undefined, base: string): string | undefined {
  const text = Array.isArray(value) ? value[0] : value
  return text !== undefined && URL.canParse(text, base) ? new URL(text, base).href : undefined
}

/** Makes the attempts of presence webhooks, of which `webhook_concurrency` may be in flight. */
export function makeWebhookAttempt(parts: WebhookAttemptParts): WebhookAttempts {
  return makeHttpAttempt({
    clock: parts.clock,
    timeoutMs: parts.timings.webhook_timeout_seconds * 1000,
    connections: parts.limits.webhook_concurrency,
    makeRequest: (delivery: Delivery, nowMs) =>
      makeWebhookRequest(parts.rules, delivery, parts, nowMs),
  })
}

/**
 * Makes the HTTP side of webhooks: one bounded pool per origin, no redirects, an answer's body discarded.
 *
 * @spec webhook.redirect.refused
 * @spec webhook.timeout.retried
 * @spec socket.webhook.redirect
 */
export function makeHttpAttempt<D>(parts: {
  clock: Clock
  timeoutMs: number
  /** Connections to one origin at most. */
  connections: number
  makeRequest(delivery: D, nowMs: number): WebhookRequest
}): WebhookAttempts<D> {
  const { clock, timeoutMs } = parts
  const pools = new Map<string, Pool>()

  function poolOf(origin: string): Pool {
    const known = pools.get(origin)
    if (known !== undefined) return known
    const pool = new Pool(origin, {
      connections: parts.connections,
      // An address that swallows packets is a connection failure and not a slow answer.
      connect: { timeout: clock.standsStill ? STANDING_STILL_MS : timeoutMs / 2 },
      headersTimeout: 0,
      bodyTimeout: 0,
      // Shorter than what servers allow, or a reused connection may be closed under a request.
      keepAliveTimeout: 1000,
      keepAliveMaxTimeout: 10_000,
    })
    pools.set(origin, pool)
    return pool
  }

  async function send(request: WebhookRequest, signal: AbortSignal): Promise<AttemptAnswer> {
    const { url, target, method, headers, body } = request
    const pool = poolOf(url.origin)
    const answer = await pool.request({ path: target, method, headers, body, signal })
    const retryAfterSeconds = readRetryAfter(answer.headers['retry-after'], clock.wallMs())
    const location = readLocation(answer.headers.location, url.href)
    // The status is the answer; how its body ends changes nothing.
    await answer.body.dump({ limit: answerBytes, signal }).catch(() => undefined)
    return {
      status: answer.statusCode,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(location === undefined ? {} : { location }),
    }
  }

  async function attempt(delivery: D): Promise<AttemptAnswer> {
    const request = parts.makeRequest(delivery, clock.wallMs())
    const timeout = new AbortController()
    const cancel = clock.after(timeoutMs, () => timeout.abort(new errors.RequestAbortedError()))
    try {
      return await send(request, timeout.signal)
    } catch {
      return { failure: timeout.signal.aborted ? 'timeout' : 'connection' }
    } finally {
      cancel()
    }
  }

  return {
    attempt,
    async stop() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
      pools.clear()
    },
  }
}
