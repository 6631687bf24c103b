/** A target that somebody else started, known by its URL. */

import { Agent, request } from 'undici'
import { describe, MOST_ANSWER_BYTES } from '../drive/http.ts'
import { type Receiver, startReceiver } from '../drive/receiver.ts'
import type { Site } from '../drive/site.ts'
import { readObject } from '../timeline/timeline.ts'
import { readAdvertised } from './advertised.ts'
import { type Target, TargetUnavailable } from './target.ts'

/** What the suite was told about a target. */
export interface UrlTargetOptions {
  readonly baseUrl: string
  /** Bases of its further nodes. */
  readonly others?: readonly string[]
  readonly applicationKeys: readonly string[]
  readonly webhookSecrets: readonly string[]
  readonly listedOrigin?: string
  /** Where the suite listens for webhooks: what the target was given as its application base. */
  readonly webhooks?: { readonly host: string; readonly port: number }
}

const ANSWER_MS = 5000
/** The request was too slow for the service, as on a machine that stood still; HTTP lets it be made again. */
const TOO_SLOW = 408
const TRIES = 5
/** Answers of a service that says nothing of itself for now. */
const NOT_NOW = [TOO_SLOW, 429, 503]
/** Bounded: who answers is not known yet. */
const STRANGER = new Agent({ maxResponseSize: MOST_ANSWER_BYTES })

/** Reads the discovery document and starts the receiver; throws {@link TargetUnavailable} where nothing answers. */
export async function openUrlTarget(options: UrlTargetOptions): Promise<Target> {
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const document = await readDiscovery(baseUrl)
  const others = options.others ?? []
  await Promise.all(others.map(readDiscovery))
  const receiver: Receiver | undefined = options.webhooks && (await startReceiver(options.webhooks))
  const implementation = readImplementation(document)
  return {
    name: [baseUrl, ...others].join(', '),
    ...(implementation && { implementation }),
    secrets: [...options.applicationKeys, ...options.webhookSecrets],
    site: {
      baseUrl,
      advertised: readAdvertised(baseUrl, document, options.webhookSecrets),
      applicationKeys: options.applicationKeys,
      webhookPrefix: '',
      ...(others.length > 0 && { nodes: [baseUrl, ...others] }),
      ...(options.listedOrigin === undefined ? {} : { listedOrigin: options.listedOrigin }),
      ...(receiver && { receiver }),
    },
    stop: async () => {
      await receiver?.stop()
    },
  }
}

/**
 * The discovery document; undefined where something answers, but not with one. Throws {@link TargetUnavailable} where
 * nothing answers, or nothing for now.
 */
export async function readDiscovery(baseUrl: string): Promise<Record<string, unknown> | undefined> {
  let told = await ask(baseUrl)
  for (let tries = 1; tries < TRIES && told.status === TOO_SLOW; tries += 1)
    told = await ask(baseUrl)
  if (NOT_NOW.includes(told.status))
    throw new TargetUnavailable(
      `${baseUrl}/v1 answers ${told.status}, so that nothing is known of the server; ask again when it is ready`,
    )
  return readObject(told.text)
}

async function ask(baseUrl: string): Promise<{ status: number; text: string }> {
  try {
    const { statusCode, body } = await request(`${baseUrl}/v1`, {
      dispatcher: STRANGER,
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    return { status: statusCode, text: await body.text() }
  } catch (error) {
    throw new TargetUnavailable(
      `nothing answers at ${baseUrl}/v1 (${describe(error)}); start the server, or give its base URL`,
    )
  }
}

/** Whether the service still answers, and the application where one is judged. */
export async function isAnswering({ baseUrl, application }: Site): Promise<boolean> {
  const urls = [`${baseUrl}/v1`, ...(application ? [`${application.baseUrl}/login`] : [])]
  const answers = urls.map(async (url) => {
    const answer = await request(url, { signal: AbortSignal.timeout(ANSWER_MS) })
    await answer.body.dump()
  })
  return Promise.all(answers).then(
    () => true,
    () => false,
  )
}

/** Name and version out of a discovery document. */
export function readImplementation(
  document: Readonly<Record<string, unknown>> | undefined,
): { name: string; version: string } | undefined {
  const { name, version } = (document?.implementation ?? {}) as Record<string, unknown>
  return typeof name === 'string' && typeof version === 'string' ? { name, version } : undefined
}
