/** An application that somebody else started, known by its URL, and the service that it uses. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { request } from 'undici'
import { describe } from '../drive/http.ts'
import { within } from '../drive/waiting.ts'
import { readAdvertised } from './advertised.ts'
import { findInReferenceServer } from './reference-package.ts'
import { type Target, TargetUnavailable } from './target.ts'
import { readDiscovery } from './url.ts'

/** What the suite was told about an application. */
export interface ApplicationTargetOptions {
  readonly baseUrl: string
  readonly serviceUrl: string
  /** Absent where the published ones are meant. */
  readonly applicationKeys?: readonly string[]
  /** Absent where the first published one is meant: an application has at least that. */
  readonly webhookSecrets?: readonly string[]
}

const ANSWER_MS = 5000
const START_MS = 20_000
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/**
 * Opens an application on its service, which is started where it is loopback and nothing listens; the note says
 * so. Throws {@link TargetUnavailable} where either does not answer.
 */
export async function openApplicationTarget(
  options: ApplicationTargetOptions,
): Promise<{ target: Target; note?: string }> {
  const { baseUrl, serviceUrl } = options
  const service = await openService(options)
  try {
    await expectAnswer(baseUrl)
    const document = await readDiscovery(serviceUrl)
    const keys = options.applicationKeys ?? DEVELOPMENT.application_keys
    const secrets = options.webhookSecrets ?? DEVELOPMENT.webhook_secrets.slice(0, 1)
    const target: Target = {
      name: baseUrl,
      secrets: [...keys, ...secrets],
      site: {
        baseUrl: serviceUrl,
        advertised: readAdvertised(serviceUrl, document, secrets),
        applicationKeys: keys,
        webhookPrefix: '',
        application: { baseUrl, webhookSecrets: secrets },
      },
      stop: service.stop,
    }
    if (!service.isStarted) return { target }
    const note = `nothing listened at ${serviceUrl}, so the reference server was started there, with ${baseUrl} as its application base`
    return { target, note }
  } catch (error) {
    await service.stop()
    throw error
  }
}

async function openService(
  options: ApplicationTargetOptions,
): Promise<{ isStarted: boolean; stop: () => Promise<void> }> {
  try {
    await readDiscovery(options.serviceUrl)
    return { isStarted: false, stop: async () => {} }
  } catch (error) {
    const { protocol, hostname } = new URL(options.serviceUrl)
    if (protocol !== 'http:' || !LOOPBACK.test(hostname)) throw error
    return { isStarted: true, stop: await startService(options) }
  }
}

/** Starts the reference server as a program; resolves, when it listens, with what ends it. */
async function startService({
  baseUrl,
  serviceUrl,
  applicationKeys,
  webhookSecrets,
}: ApplicationTargetOptions): Promise<() => Promise<void>> {
  const { hostname, port } = new URL(serviceUrl)
  const flags = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port || '80',
    'base-url': serviceUrl,
    'private-port': '0',
    'application-base': baseUrl,
    'drain-seconds': '1',
  }
  const child = spawn(
    process.execPath,
    [
      findInReferenceServer('src/main'),
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Not as flags, which every user of the machine can read.
      env: {
        ...process.env,
        ...(applicationKeys && { CHANNEL_APPLICATION_KEY: applicationKeys.join(',') }),
        ...(webhookSecrets && { CHANNEL_WEBHOOK_SECRET: webhookSecrets.join(',') }),
      },
    },
  )
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString('utf8')).slice(-2000)
  })
  const gone = once(child, 'exit')
  const listens = once(createInterface({ input: child.stdout }), 'line')
  const first = await within(Promise.race([listens.then(() => 'listens'), gone]), START_MS)
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    if (!(await within(gone, ANSWER_MS))) child.kill('SIGKILL')
  }
  if (first === 'listens') return stop
  await stop()
  throw new TargetUnavailable(
    `nothing answers at ${serviceUrl}, and the reference server did not start there: ${complaints.trim()}`,
  )
}

async function expectAnswer(baseUrl: string): Promise<void> {
  try {
    const answer = await request(`${baseUrl}/login`, { signal: AbortSignal.timeout(ANSWER_MS) })
    await answer.body.dump()
  } catch (error) {
    throw new TargetUnavailable(
      `nothing answers at ${baseUrl}/login (${describe(error)}); start the application, or give its base URL`,
    )
  }
}
