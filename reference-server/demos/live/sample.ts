/** The live view as a sample: a page that is pushed what the service of this process does. */
import { randomBytes } from 'node:crypto'
import type { Application } from '@channel-protocol/reference-server/application'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { answerProblem, makeErrorHandler } from '../answer-problem.ts'
import type { Clock } from '../push-chat/clock.ts'
import type { Complain } from '../push-chat/parts.ts'
import type { Sample } from '../sample.ts'
import { type BenchFault, makeBench } from './bench.ts'
import { makeFeed } from './feed.ts'
import { type Exchange, LIVE_PREFIX } from './kinds.ts'
import { writeLivePage } from './page.ts'
import type { RunPrograms } from './programs.ts'

const tokenMinutes = 120
const mostFormBytes = 4096

/** What the live view runs with. */
export interface LiveParts {
  application: Pick<Application, 'createChannel' | 'sendMessage'>
  /** The public base of the demo. */
  origin: string
  clock: Clock
  complain: Complain
  /** The faults that a person may choose from, and what judges them; without them there is no bench. */
  breaking?: { faults: readonly BenchFault[]; programs: RunPrograms }
}

/** The live view, and where it is told what happens. */
export interface LiveSample extends Sample {
  /** Takes what happened; returns at once and never throws. */
  emit(exchange: Exchange): void
}

/** Makes the live view; nobody looks yet. */
export function makeLiveSample(parts: LiveParts): LiveSample {
  const { application, origin, clock, complain, breaking } = parts
  const bench =
    breaking && makeBench({ programs: breaking.programs, clock, onChange: () => feed.tellBench() })
  const feed = makeFeed({
    send: application.sendMessage,
    describeBench: () => bench?.state(),
    clock,
    complain,
  })
  const routes = new Hono()
  routes.onError(makeErrorHandler(complain))
  routes.get('/live', (context) => context.redirect('/live/', 308))
  routes.get('/live/', (context) => context.html(writeLivePage(bench !== undefined)))

  routes.get('/live/token', async (context) => {
    if (feed.isFull())
      throw new HTTPException(503, { message: 'too many are looking already: try later' })
    const clientId = `${LIVE_PREFIX}${randomBytes(12).toString('base64url')}`
    const { token } = await application.createChannel(clientId, tokenMinutes)
    context.header('cache-control', 'no-store')
    return context.json({ token })
  })

  if (bench && breaking) {
    const { faults } = breaking
    routes.get('/live/faults', (context) =>
      context.json({
        faults: faults.map(({ name, misdeed, breaks }) => ({
          name,
          misdeed,
          chapter: breaks[0]?.split('.', 1)[0] ?? 'others',
        })),
      }),
    )
    routes.post(
      '/live/break',
      async (context, next) => {
        if (context.req.header('origin') === new URL(origin).origin) return next()
        throw new HTTPException(403, { message: 'only the live view itself starts a service' })
      },
      bodyLimit({
        maxSize: mostFormBytes,
        onError: (context) => answerProblem(context, 413, 'this takes the name of a fault'),
      }),
      async (context) => {
        const form = await context.req.parseBody()
        const fault = faults.find(({ name }) => name === form.fault)
        if (fault === undefined)
          throw new HTTPException(400, { message: 'the service has no fault of that name' })
        if (!bench.start({ fault, isHealthy: form.healthy === 'yes' }))
          throw new HTTPException(409, {
            message: 'a service is being judged: wait for its verdict',
          })
        return context.json(bench.state(), 202)
      },
    )
  }

  return {
    prefix: LIVE_PREFIX,
    routes,
    emit: feed.emit,
    async take(webhook) {
      feed.take(webhook)
    },
    async stop() {
      feed.stop()
      await bench?.stop()
    },
  }
}
