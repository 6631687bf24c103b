/** What must work before a verdict is possible: the key opens, the receiver is reached, what is not offered is refused. */

import { PROFILES } from '@channel-protocol/schemas/registry'
import { type Drive, makeDrive } from './drive/drive.ts'
import { makeHttp } from './drive/http.ts'
import { SetUpFailed } from './drive/set-up-failed.ts'
import type { Site } from './drive/site.ts'
import { PATIENCE_MS } from './drive/waiting.ts'
import type { Target } from './target/target.ts'
import { startRecorder } from './timeline/recorder.ts'
import { answerTo } from './timeline/timeline.ts'

/** The site as it can be driven, and what forbids a verdict. */
export interface Preflight {
  readonly site: Site
  /** Profiles that are not announced, but of which a path is not refused. */
  readonly served: readonly string[]
  readonly trouble?: string
  /** Whether nothing that a check would say could be trusted. */
  readonly isHopeless?: true
  /** What no client was sent, however long it waited; absent where clients are sent what they must be. */
  readonly silence?: string
}

/** How long what must come is waited for where nothing comes at all, in milliseconds: hundreds of checks would wait in vain. */
export const PATIENCE_WITH_SILENCE_MS = 500
/** Clients of which all are sent nothing only where that is no accident. */
const CLIENTS = 2
const UNWELCOME = 'no client is welcomed'
const UNDELIVERED = 'no message that is posted reaches its client'
const REFUSED = [404, 501]

/** Mints a token, connects, posts a message, and waits for the webhook that this causes. */
export async function preflight(
  { site }: Pick<Target, 'site'>,
  patienceMs = PATIENCE_MS,
): Promise<Preflight> {
  const http = makeHttp(patienceMs)
  const recorder = startRecorder()
  const drive = makeDrive(site, http, recorder, patienceMs)
  let served: readonly string[] = []
  try {
    served = await findServed(drive)
    const silence = await findSilence(drive)
    if (silence === UNWELCOME) return { site: { ...site, welcomesNobody: true }, served, silence }
    if (silence !== undefined) return { site, served, silence }
    if (!site.receiver || !site.advertised.profiles.includes('presence')) return { site, served }
    const clientId = drive.clientId()
    const webhooks = drive.webhooks('preflight', clientId)
    await drive.connect('preflight', clientId)
    if ((await webhooks.first(1)).length > 0) return { site, served }
    const { receiver, ...deaf } = site
    const trouble = `the service announces presence, but no webhook arrived at ${receiver.url} when a client connected; give the server that as its application base, or the suite another --webhooks, or --no-webhooks to judge the rest`
    return { site: deaf, served, trouble }
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error
    const { events } = recorder
    const status = answerTo({ advertised: site.advertised, events }, 'preflight')?.status
    if (status !== 401) return { site, served, trouble: error.message }
    const trouble = 'the service refuses the application key; give --application-key'
    return { site, served, trouble, isHopeless: true }
  } finally {
    await drive.finish()
    await http.stop()
  }
}

/** What clients of this service wait for in vain, each of several. */
async function findSilence(drive: Drive): Promise<string | undefined> {
  const clients = Array.from({ length: CLIENTS }, async () => {
    const clientId = drive.clientId()
    const { token, connectUrl: url } = await drive.mint('preflight', clientId)
    const client = await drive.open('preflight client', { url, token })
    if (!(await client.welcome())) return UNWELCOME
    const text = drive.text()
    await drive.post('preflight post', clientId, text)
    return (await client.message(text)) ? undefined : UNDELIVERED
  })
  const silences: (string | undefined)[] = await Promise.all(clients)
  return [undefined, UNDELIVERED, UNWELCOME].find((silence) => silences.includes(silence))
}

/** Profiles that are not announced, but of which a path is served: unsupported is what is neither. */
export async function findServed(drive: Drive): Promise<string[]> {
  const served: string[] = []
  for (const { name, paths } of Object.values(PROFILES)) {
    if (drive.advertised.profiles.includes(name)) continue
    for (const { method, path } of paths) {
      const body = method === 'POST' ? { json: {} } : {}
      const answer = await drive.call(`unoffered ${path}`, method, path, body)
      if (answer && !REFUSED.includes(answer.status)) served.push(name)
    }
  }
  return served
}
