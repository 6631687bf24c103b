/** Makes a target of an implementation that the suite starts; it alone knows what a started service is told. */

import { randomBytes } from 'node:crypto'
import { TIMINGS } from '@channel-protocol/schemas/registry'
import type { ExecStart } from '@channel-protocol/schemas/types'
import { type Receiver, startReceiver } from '../drive/receiver.ts'
import { SetUpFailed, Unsupported } from '../drive/set-up-failed.ts'
import { type Launched, NODES, type Site, type Wishes } from '../drive/site.ts'
import { redact } from '../timeline/redact.ts'
import { readAdvertised } from './advertised.ts'
import { type Credentials, mintCredentials } from './credentials.ts'
import type { Implementation, StartedService } from './implementation.ts'
import { type Target, TargetUnavailable } from './target.ts'
import { readDiscovery, readImplementation } from './url.ts'

/** What services are started with, whatever a check wishes. */
export interface Surroundings {
  readonly implementation: Implementation
  readonly receiver: Receiver
  readonly credentials: Credentials
  /** Whether it is known that services can have a virtual clock. */
  readonly steps: boolean
  /** The timings of the run. */
  readonly timings: ExecStart['timings']
  /** Members of `start` that every service is given. */
  readonly more?: Partial<ExecStart>
}

/** A service that was started, and what it says of itself. */
export interface LaunchedService extends Launched {
  readonly ready: StartedService['ready']
  readonly implementation: NonNullable<Target['implementation']>
}

/** The values of the registry for tests. */
export const TEST_TIMINGS: ExecStart['timings'] = timingsOf('test')

/** The values of the registry for production. */
export const PRODUCTION_TIMINGS: ExecStart['timings'] = timingsOf('default')

/** Starts a service whose webhooks go below a path prefix of the receiver. Rejects like {@link Implementation.start}. */
export async function launch(
  surroundings: Surroundings,
  webhookPrefix: string,
  wishes: Wishes = {},
): Promise<LaunchedService> {
  const { receiver, credentials } = surroundings
  const secrets = [...credentials.applicationKeys, ...credentials.webhookSecrets]
  try {
    const service = await startWished(surroundings, webhookPrefix, wishes)
    const { ready } = service
    const document = await readDocument(surroundings, ready.url, wishes).catch(
      async (error: unknown) => {
        await service.stop()
        throw error
      },
    )
    const site: Site = {
      baseUrl: ready.url,
      advertised: readAdvertised(ready.url, document, credentials.webhookSecrets),
      applicationKeys: credentials.applicationKeys,
      listedOrigin: credentials.listedOrigin,
      receiver,
      webhookPrefix,
      ...(ready.nodes && { nodes: [ready.url, ...ready.nodes] }),
      gone: service.gone.then((why) => redact(why, secrets)),
      ...(ready.clock === 'virtual' && {
        clock: { nowMs: ready.now ?? Date.now(), advance: service.advance },
      }),
      ...(surroundings.steps && { steps: true as const }),
      launch: (prefix, others) => launch(surroundings, prefix, others),
    }
    const { name, version } = readImplementation(document) ?? ready
    const { drain, stop } = service
    return { site, ready, implementation: { name, version }, drain, stop }
  } catch (error) {
    if (error instanceof Unsupported || !(error instanceof SetUpFailed)) throw error
    throw new TargetUnavailable(redact(error.message, secrets))
  }
}

/** What services have announced that were started alike. */
const announced = new WeakMap<Surroundings, Map<string, ReturnType<typeof readDiscovery>>>()

/** Asks the first of the services that are started alike: the others announce the same. */
function readDocument(
  surroundings: Surroundings,
  url: string,
  { limits, profiles, timings, nodes }: Wishes,
): ReturnType<typeof readDiscovery> {
  const known = announced.get(surroundings) ?? new Map()
  announced.set(surroundings, known)
  const likeness = JSON.stringify([limits, profiles, timings, nodes])
  const document = known.get(likeness) ?? readDiscovery(url)
  known.set(likeness, document)
  document.catch(() => known.delete(likeness))
  return document
}

/** Opens an implementation as a target: its first service, and all that it is told. Ends it where that does not start. */
export async function openStarted(name: string, implementation: Implementation): Promise<Target> {
  const receiver = await startReceiver({ host: '127.0.0.1', port: 0 })
  const end = async (): Promise<void> => {
    await implementation.end()
    await receiver.stop()
  }
  const credentials = mintCredentials()
  const timings = TEST_TIMINGS
  const plain: Surroundings = { implementation, receiver, credentials, timings, steps: false }
  try {
    const first = await launch(plain, randomPrefix(), { nodes: NODES })
    const steps = await canStep(plain)
    const surroundings = { ...plain, steps }
    const { applicationKeys, webhookSecrets } = credentials
    return {
      name,
      implementation: first.implementation,
      secrets: [...applicationKeys, ...webhookSecrets],
      site: {
        ...first.site,
        ...(steps && { steps }),
        launch: (prefix, wishes) => launch(surroundings, prefix, wishes),
      },
      stop: end,
    }
  } catch (error) {
    await end()
    if (error instanceof Unsupported)
      throw new TargetUnavailable(
        `${name} cannot be started as the suite needs it: ${error.message}`,
      )
    throw error
  }
}

/** A path below which nobody else's webhooks go. */
export function randomPrefix(): string {
  return `/i/${randomBytes(9).toString('hex')}`
}

/** Whether a service can have a virtual clock that moves; one is started to see it. */
async function canStep(surroundings: Surroundings): Promise<boolean> {
  try {
    const { site, stop } = await launch(surroundings, randomPrefix(), { clock: 'virtual' })
    const moved = await site.clock?.advance(0).catch(() => undefined)
    await stop()
    return moved === 0
  } catch {
    return false
  }
}

async function startWished(
  surroundings: Surroundings,
  webhookPrefix: string,
  wishes: Wishes,
): Promise<StartedService> {
  const { implementation } = surroundings
  let start = makeStart(surroundings, webhookPrefix, wishes)
  for (;;) {
    try {
      return await implementation.start(start)
    } catch (error) {
      const modest = withoutExtra(start, error)
      if (!modest) throw error
      start = modest
    }
  }
}

/** What is asked for instead where a service cannot have a clock or several nodes, which its site then says. */
function withoutExtra(start: ExecStart, error: unknown): ExecStart | undefined {
  if (!(error instanceof Unsupported)) return undefined
  const { nodes, ...others } = start
  if (error.what === 'clock' && start.clock === 'virtual') return { ...start, clock: 'real' }
  return error.what === 'nodes' && nodes ? others : undefined
}

function makeStart(
  { receiver, credentials, timings, more }: Surroundings,
  webhookPrefix: string,
  wishes: Wishes,
): ExecStart {
  const base = `${receiver.url}${webhookPrefix}`
  const urls = Object.entries(wishes.webhookPaths ?? {}).map(([event, path]) => [
    event,
    `${base}${path}`,
  ])
  return {
    application_keys: [...credentials.applicationKeys],
    webhook_secrets: [...credentials.webhookSecrets],
    webhook_base: base,
    origins: [credentials.listedOrigin],
    timings: wishes.timings === 'production' ? PRODUCTION_TIMINGS : timings,
    clock: wishes.clock ?? 'real',
    ...more,
    ...(wishes.limits && { limits: { ...wishes.limits } }),
    ...(wishes.profiles && { profiles: [...wishes.profiles] }),
    ...(wishes.nodes && { nodes: wishes.nodes }),
    ...(wishes.baseUrl && { base_url: wishes.baseUrl }),
    ...(urls.length > 0 && { webhook_urls: Object.fromEntries(urls) as Record<string, string> }),
  }
}

function timingsOf(column: 'test' | 'default'): ExecStart['timings'] {
  return Object.fromEntries(
    Object.entries(TIMINGS).map(([name, row]) => {
      const value: number | readonly number[] = row[column]
      return [name, typeof value === 'number' ? value : [...value]]
    }),
  )
}
