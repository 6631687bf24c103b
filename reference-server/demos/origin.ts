/** The origin of all samples: it alone knows which of them answers a path, what is served as a file, and with which headers. */
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { answerProblem, makeErrorHandler } from './answer-problem.ts'
import { isLoopback } from './loopback.ts'
import { type PagePolicy, writePageHeaders } from './origin-headers.ts'
import type { Complain } from './push-chat/parts.ts'

/** No route of any sample takes more; each has a bound of its own. */
const mostBytes = 32 * 1024 * 1024

/** Paths of the service on the same origin. */
const serviceScript = '/_ah/channel/jsapi'

/** What an origin is made of. */
export interface OriginParts {
  /** Routes below the root, asked in this order. */
  routes: readonly Hono[]
  /** What browsers load, by its path, put together of one file or several. */
  files: Readonly<Record<string, { files: readonly URL[]; type: string }>>
  /** The public base of the demo, without a slash at its end. */
  origin: string
  /** Which pages are strict about scripts; the others let pages of the original run as they are. */
  decidePolicy(path: string): PagePolicy
  /** Hears of every request before it is answered. */
  onCall(method: string, path: string): void
  complain: Complain
}

/** Takes the requests that are not the service's own, as `startServer` wants it. */
export interface Origin {
  takes(request: IncomingMessage, path: string | undefined): boolean
  onRequest(request: IncomingMessage, response: ServerResponse): void
}

/** Whether a path is one of the service on this origin, and no sample's. */
export function isServicePath(path: string): boolean {
  return path === '/v1' || path.startsWith('/v1/') || path === serviceScript
}

/** Joins routes and files to one application. */
export function makeOriginApp(parts: OriginParts): Hono {
  const { routes, files, complain } = parts
  const { host } = new URL(parts.origin)
  const app = new Hono()
  app.onError(makeErrorHandler(complain))
  app.notFound((context) =>
    answerProblem(context, 404, 'nothing is served here; the samples are linked from /'),
  )
  app.use(async (context, next) => {
    const { method, path } = context.req
    if (isRebound(context, host))
      return answerProblem(context, 403, `the demo is at ${parts.origin}/ and under no other name`)
    if (mustMove(context, host))
      return context.redirect(`${parts.origin}${path}${new URL(context.req.url).search}`, 302)
    parts.onCall(method, path)
    await next()
    writePageHeaders(context.res.headers, parts.decidePolicy(path))
    return undefined
  })
  app.use(
    bodyLimit({
      maxSize: mostBytes,
      onError: (context) => answerProblem(context, 413, `a body has at most ${mostBytes} bytes`),
    }),
  )
  for (const [path, { files: own, type }] of Object.entries(files))
    app.get(path, async (context) => {
      const texts = await Promise.all(own.map((file) => readFile(file, 'utf8')))
      return context.body(texts.join('\n'), 200, {
        'content-type': type,
        'cache-control': 'no-cache',
      })
    })
  for (const one of routes) app.route('/', one)
  return app
}

/**
 * Whether a demo that only this machine can reach was asked for under a name of somewhere else: a page of that name
 * would read here what its browser lets it read of its own origin (DNS rebinding).
 */
function isRebound({ req }: Context, host: string): boolean {
  const asked = req.header('host') ?? host
  return asked !== host && isLoopback(readName(host)) && !isLoopback(readName(asked))
}

/** A host without its port. */
function readName(host: string): string {
  return host.replace(/:\d+$/, '')
}

/**
 * Whether a page was asked for under another name of this machine: its channels would be refused, for they would come
 * from another origin than the service's own.
 */
function mustMove({ req }: Context, host: string): boolean {
  const asked = req.header('host') ?? host
  const isPage = req.method === 'GET' && req.header('accept')?.includes('text/html') === true
  return isPage && asked !== host && isLoopback(readName(asked))
}

/** Makes an origin that answers with the application. */
export function makeOrigin(app: Hono): Origin {
  const listener = getRequestListener(app.fetch)
  return {
    takes: (_request, path) => path !== undefined && !isServicePath(path),
    onRequest(request, response) {
      if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
      void listener(request, response)
    },
  }
}
