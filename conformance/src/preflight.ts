/** What must work before a verdict is possible: the key opens, the receiver is reached. */

import { makeDrive, SetUpFailed } from './drive/drive.ts'
import { makeHttp } from './drive/http.ts'
import type { Site } from './drive/site.ts'
import type { Target } from './target/target.ts'
import { startRecorder } from './timeline/recorder.ts'
import { answerTo } from './timeline/timeline.ts'

/** The site as it can be driven, and what forbids a verdict. */
export interface Preflight {
  readonly site: Site
  readonly trouble?: string
  /** Whether nothing that a check would say could be trusted. */
  readonly isHopeless?: true
}

const PATIENCE_MS = 5000

/** Mints a token, connects once and waits for the webhook that this causes. */
export async function preflight({ site }: Target): Promise<Preflight> {
  const http = makeHttp(PATIENCE_MS)
  const recorder = startRecorder()
  const drive = makeDrive(site, http, recorder, PATIENCE_MS)
  try {
    if (!site.receiver || !site.advertised.profiles.includes('presence')) {
      await drive.mint('preflight', drive.clientId())
      return { site }
    }
    const clientId = drive.clientId()
    const webhooks = drive.webhooks('preflight', clientId)
    await drive.connect('preflight', clientId)
    if ((await webhooks.first(1)).length > 0) return { site }
    const { receiver, ...deaf } = site
    return {
      site: deaf,
      trouble: `the service announces presence, but no webhook arrived at ${receiver.url} when a client connected; give the server that as its application base, or the suite another --webhooks, or --no-webhooks to judge the rest`,
    }
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error
    const status = answerTo(
      { advertised: site.advertised, events: recorder.events },
      'preflight',
    )?.status
    if (status !== 401) return { site, trouble: error.message }
    const trouble = 'the service refuses the application key; give --application-key'
    return { site, trouble, isHopeless: true }
  } finally {
    await drive.finish()
    await http.stop()
  }
}
