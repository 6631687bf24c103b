/** What must work before an application can be judged: somebody signs in, the secret is right, reports arrive. */

import { connected, freshEpoch } from './drive/application-reports.ts'
import { type Drive, makeDrive } from './drive/drive.ts'
import { makeHttp } from './drive/http.ts'
import { SetUpFailed } from './drive/set-up-failed.ts'
import type { Site } from './drive/site.ts'
import { PATIENCE_MS } from './drive/waiting.ts'
import { listsTo } from './judges/application-list.ts'
import type { Preflight } from './preflight.ts'
import { startRecorder } from './timeline/recorder.ts'
import { answerTo } from './timeline/timeline.ts'

/** What an application answers that cannot do what it wants to. */
const UNABLE = [502, 503, 504]

/** Signs in, connects, sends a report of its own, and waits for the list that the going of another user brings. */
export async function preflightApplication(site: Site): Promise<Preflight> {
  const http = makeHttp(PATIENCE_MS)
  const recorder = startRecorder()
  const drive = makeDrive(site, http, recorder, PATIENCE_MS)
  const { application } = drive
  try {
    const page = await application.enter('preflight')
    const status = await reportSomebody(drive)
    if (status === 401 || status === 403) {
      return {
        site: without(site, { webhookSecrets: [] }),
        served: [],
        trouble: `the application refuses webhooks that are signed with the secret; give --webhook-secret what its service signs with (status ${status})`,
      }
    }
    const other = await application.enter('preflight other')
    await page.sees(other.clientId)
    const now = application.now()
    other.connection.close(1000)
    await page.sees(other.clientId, false, now)
    const timeline = { advertised: site.advertised, events: recorder.events }
    const isTold = listsTo(timeline, 'preflight').some(
      ({ event, ids }) => event.n > now && !ids.includes(other.clientId),
    )
    if (isTold) return { site, served: [] }
    return {
      site: without(site, { isReportedTo: false }),
      served: [],
      trouble: `no list of users arrived when a user had gone; give the service at ${site.baseUrl} the application's URL as its application base`,
    }
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error
    const timeline = { advertised: site.advertised, events: recorder.events }
    const status = answerTo(timeline, 'preflight')?.status ?? 0
    if (!UNABLE.includes(status)) return { site, served: [], trouble: error.message }
    const trouble = `${error.message}; see whether the application reaches its service at ${site.baseUrl}, with a key that is right there`
    return { site, served: [], trouble, isHopeless: true }
  } finally {
    await drive.finish()
    await http.stop()
  }
}

/** The status with which a report about nobody is answered; undefined without a secret or an answer. */
async function reportSomebody({ application, clientId }: Drive): Promise<number | undefined> {
  if (application.webhookSecrets.length === 0) return undefined
  const nobody = connected({ clientId: clientId() }, { epoch: freshEpoch(), version: 1 })
  return (await application.report('preflight report', nobody))?.status
}

function without(site: Site, change: Partial<NonNullable<Site['application']>>): Site {
  return site.application ? { ...site, application: { ...site.application, ...change } } : site
}
