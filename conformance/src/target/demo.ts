/** The sample chat as a target: many chats in one process, each on a service of its own. */

import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import type { Launched, Site } from '../drive/site.ts'
import { readAdvertised } from './advertised.ts'
import type { CommandedChild, Reply } from './command-lines.ts'
import { takeOwn } from './own-programs.ts'
import type { Fault, ReferenceHost, StartOptions } from './reference.ts'
import { SAMPLE_CHAT } from './reference-package.ts'
import { readDiscovery } from './url.ts'

/** How long the host may take to end after its standard input. */
const END_MS = 5000

/** Takes the host process, or starts one; it ends with its standard input. What it starts are applications on services that work. */
export async function startDemoHost(
  { ask: askChild, end }: CommandedChild = takeOwn(SAMPLE_CHAT),
): Promise<ReferenceHost> {
  const ask = (verb: string, members: object): Promise<Reply> =>
    askChild('chat', { [verb]: members })

  async function launch(
    options: StartOptions,
  ): Promise<Launched & { readonly changed: readonly string[] }> {
    const { ready } = (await ask('start', {
      faults: options.faults ?? [],
      test_timings: options.testTimings !== false,
      ...(options.watch !== undefined && { watch: options.watch }),
    })) as unknown as { ready: { application: string; service: string; changed: string[] } }
    const document = await readDiscovery(ready.service)
    const site: Site = {
      baseUrl: ready.service,
      advertised: readAdvertised(ready.service, document, DEVELOPMENT.webhook_secrets),
      applicationKeys: DEVELOPMENT.application_keys,
      webhookPrefix: '',
      application: {
        baseUrl: ready.application,
        webhookSecrets: DEVELOPMENT.webhook_secrets,
        async advance(seconds) {
          await ask('advance', { url: ready.application, seconds })
        },
      },
      launch: () => launch(options),
    }
    const stop = async (): Promise<void> => {
      await ask('stop', { url: ready.application })
    }
    const { changed } = ready
    return { site, changed, drain: stop, stop }
  }

  return {
    faults: async () => (await ask('list', {})).faults as Fault[],
    async start(options) {
      const { site, changed, stop } = await launch(options)
      return {
        name: `the sample chat${options.faults?.length ? ` with ${options.faults.join(', ')}` : ''}`,
        secrets: [...DEVELOPMENT.application_keys, ...DEVELOPMENT.webhook_secrets],
        site,
        changed,
        stop,
      }
    },
    asked: async (name) => (await ask('watched', { name })).asked as string[],
    stop: () => end(END_MS),
  }
}
