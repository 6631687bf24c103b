/** The reference server as a target: a process of its own, many servers in it, each on a port of its own. */

import { randomBytes } from 'node:crypto'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { startReceiver } from '../drive/receiver.ts'
import type { Launched, Site, Wishes } from '../drive/site.ts'
import { readAdvertised } from './advertised.ts'
import { startHostProcess } from './host-process.ts'
import type { Target } from './target.ts'
import { readDiscovery, readImplementation } from './url.ts'

/** A named deliberate defect of the reference server. */
export interface Fault {
  readonly name: string
  readonly misdeed: string
  readonly breaks: readonly string[]
}

/** What a server is started with. */
export interface StartOptions {
  readonly faults?: readonly string[]
  readonly testTimings?: boolean
  readonly profiles?: readonly string[]
  /** Under what name to note what this server, and those beside it, ask of their parts. */
  readonly watch?: string
}

/** A server that a host started. */
export interface HostedTarget extends Target {
  /** The places that its faults changed in it; absent where the host cannot tell. */
  readonly changed?: readonly string[]
}

/** The process that holds reference servers. */
export interface ReferenceHost {
  /** The faults that the reference server knows. */
  faults(): Promise<Fault[]>
  /** Starts a server and opens it as a target. */
  start(options: StartOptions): Promise<HostedTarget>
  /** The places that servers watched under a name have asked for; absent where the host cannot tell. */
  asked?(name: string): Promise<readonly string[]>
  stop(): Promise<void>
}

/** Starts the host process; it ends with its standard input. */
export async function startReferenceHost(): Promise<ReferenceHost> {
  const { ask, end: endProcess } = startHostProcess('src/faults/host.ts')
  const receiver = await startReceiver({ host: '127.0.0.1', port: 0 })

  async function launch(
    options: StartOptions,
    webhookPrefix: string,
    wishes: Wishes = {},
  ): Promise<Launched & { readonly changed: readonly string[] }> {
    const profiles = wishes.profiles ?? options.profiles
    const webhookUrls = Object.entries(wishes.webhookPaths ?? {}).map(([event, path]) => [
      event,
      `${receiver.url}${webhookPrefix}${path}`,
    ])
    const { ready } = (await ask('start', {
      faults: options.faults ?? [],
      test_timings: options.testTimings !== false,
      webhook_base: `${receiver.url}${webhookPrefix}`,
      ...(profiles && { profiles }),
      ...(options.watch !== undefined && { watch: options.watch }),
      ...(wishes.baseUrl && { base_url: wishes.baseUrl }),
      limits: wishes.limits ?? {},
      webhook_urls: Object.fromEntries(webhookUrls),
    })) as unknown as { ready: { url: string; changed: string[] } }
    const document = await readDiscovery(ready.url)
    const site: Site = {
      baseUrl: ready.url,
      advertised: readAdvertised(ready.url, document, DEVELOPMENT.webhook_secrets),
      applicationKeys: DEVELOPMENT.application_keys,
      listedOrigin: DEVELOPMENT.origins[0],
      receiver,
      webhookPrefix,
      launch: (prefix, others) => launch(options, prefix, others),
    }
    let isOver = false
    const end = async (how: 'drain' | 'stop'): Promise<void> => {
      if (isOver) return
      isOver = true
      await ask(how, { url: ready.url })
    }
    const { changed } = ready
    return { site, changed, drain: () => end('drain'), stop: () => end('stop') }
  }

  return {
    faults: async () => (await ask('list', {})).faults as Fault[],
    async start(options) {
      const prefix = `/i/${randomBytes(9).toString('hex')}`
      const { site, changed, stop } = await launch(options, prefix)
      const implementation = readImplementation(await readDiscovery(site.baseUrl))
      return {
        name: `the reference server${options.faults?.length ? ` with ${options.faults.join(', ')}` : ''}`,
        ...(implementation && { implementation }),
        secrets: [...DEVELOPMENT.application_keys, ...DEVELOPMENT.webhook_secrets],
        site,
        changed,
        stop,
      }
    },
    asked: async (name) => (await ask('watched', { name })).asked as string[],
    async stop() {
      await endProcess()
      await receiver.stop()
    },
  }
}
