/** The event streams of one check: how a script asks for them, and how it comes back. */

import type { Headers } from '../timeline/event.ts'
import type { Recorder } from '../timeline/recorder.ts'
import { withQuery } from './asking.ts'
import { type EventStream, openEventStream } from './event-stream.ts'
import type { Http } from './http.ts'

const ACCEPT = 'text/event-stream'

/** How to ask for a stream; without `authorizations`, as an ordinary client does with `token`. */
export interface StreamOptions {
  /** A connect URL, as it stands in a token's answer. */
  readonly url: string
  readonly token?: string
  /** Values of `Authorization`, each in a header of its own. */
  readonly authorizations?: readonly string[]
  /** Value of `Accept`, that of an ordinary client unless given; none where it is null. */
  readonly accept?: string | null
  readonly lastEventId?: string
  readonly origin?: string
  readonly headers?: Headers
  /** Added to the query of the URL. */
  readonly query?: Readonly<Record<string, string>>
}

/** What a check may do with event streams. Every one is ended with the drive. */
export interface StreamsDrive {
  open(as: string, options: StreamOptions): Promise<EventStream>
  /** Mints, opens, and waits for the welcome. */
  connect(
    as: string,
    clientId: string,
    options?: Partial<StreamOptions> & { readonly ttlSeconds?: number },
  ): Promise<EventStream>
  /** Asks, as a browser does first, what a page may send to a URL. */
  preflight(as: string, url: string, headers: Headers): Promise<void>
}

/** The streams of one drive. */
export function makeStreamsDrive(
  recorder: Recorder,
  http: Http,
  patienceMs: number,
  mint: (
    as: string,
    clientId: string,
    members: object,
  ) => Promise<{ readonly token: string; readonly connectUrl: string }>,
  atEnd: (end: () => unknown) => void,
): StreamsDrive {
  const open: StreamsDrive['open'] = async (as, options) => {
    const { token, accept = ACCEPT, lastEventId, origin, headers } = options
    const stream = await openEventStream(recorder, as, {
      url: withQuery(
        options.url.replace(/^ws/, 'http'),
        new URLSearchParams(options.query).toString(),
      ),
      authorizations: options.authorizations ?? [`Bearer ${token ?? ''}`],
      headers: {
        ...(accept !== null && { accept }),
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
        ...(origin !== undefined && { origin }),
        ...headers,
      },
      patienceMs,
      ...(http.grease && { grease: http.grease }),
    })
    atEnd(() => stream.drop())
    return stream
  }
  return {
    open,
    async connect(as, clientId, { ttlSeconds, ...options } = {}) {
      const members = ttlSeconds === undefined ? {} : { ttl_seconds: ttlSeconds }
      const { token, connectUrl: url } = await mint(as, clientId, members)
      const stream = await open(as, { url, token, ...options })
      await stream.welcome()
      return stream
    },
    async preflight(as, url, headers) {
      await http.send(recorder, as, { method: 'OPTIONS', url, headers })
    },
  }
}
