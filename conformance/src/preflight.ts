/** What must work before a verdict is possible: the key opens, the receiver is reached, what is not offered is refused. */

import { PROFILES } from '@channel-protocol/schemas/registry'
import { type Drive, makeDrive } from './drive/drive.ts'
import { makeHttp } from './drive/http.ts'
import { SetUpFailed } from './drive/set-up-failed.ts'
import type { Site } from './drive/site.ts'
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
}

const PATIENCE_MS = 5000
const REFUSED = [404, 501]

/** Mints a token, connects once and waits for the webhook that this causes. */
export async function preflight({ site }: Target): Promise<Preflight> {
  const http = makeHttp(PATIENCE_MS)
  const recorder = startRecorder()
  const drive = makeDrive(site, http, recorder, PATIENCE_MS)
  let served: readonly string[] = []
  try {
    served = await findServed(drive)
    if (!site.receiver || !site.advertised.profiles.includes('presence')) {
      await drive.mint('preflight', drive.clientId())
      return { site, served }
    }
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
