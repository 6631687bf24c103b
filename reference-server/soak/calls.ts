/** The application's calls as they are on the wire: it alone knows how one that was not answered is made again. */
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { Agent, request } from 'undici'

/** An answer, or none where the service was away or broke the connection. */
export type Answer = { status: number; body: Record<string, unknown> } | undefined

/** Calls of one service. */
export interface Calls {
  /** Makes a POST once; with a key, the service does the same work once only. */
  post(path: string, body: object, key?: string): Promise<Answer>
  get(path: string): Promise<Answer>
  stop(): Promise<void>
}

const TIMEOUT_MS = 10_000

/** Calls of the service that `baseUrl` answers with at the moment of each call. */
export function makeCalls(baseUrl: () => string): Calls {
  const dispatcher = new Agent({ connections: 32, connectTimeout: TIMEOUT_MS })

  async function call(method: 'GET' | 'POST', path: string, init: object): Promise<Answer> {
    try {
      const answer = await request(`${baseUrl()}${path}`, {
        method,
        dispatcher,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...init,
      })
      const body = (await answer.body.json()) as Record<string, unknown>
      return { status: answer.statusCode, body }
    } catch {
      return undefined
    }
  }

  const authorization = `Bearer ${DEVELOPMENT.application_keys[0]}`
  return {
    post: (path, body, key) =>
      call('POST', path, {
        headers: {
          authorization,
          'content-type': 'application/json',
          ...(key && { 'idempotency-key': key }),
        },
        body: JSON.stringify(body),
      }),
    get: (path) => call('GET', path, { headers: { authorization } }),
    stop: () => dispatcher.destroy(),
  }
}
