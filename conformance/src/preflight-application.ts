/** What must work before an application can be judged: somebody signs in, the secret is right, reports arrive. */

import { connected, freshEpoch } from './drive/application-reports.ts'
import { makeDrive } from './drive/drive.ts'
import { makeHttp } from './drive/http.ts'
import { SetUpFailed } from './drive/set-up-failed.ts'
import type { Site } from './drive/site.ts'
import { listsTo } from './judges/application-list.ts'
import type { Preflight } from './preflight.ts'
import { startRecorder } from './timeline/recorder.ts'

const PATIENCE_MS = 5000

/** Signs in, connects, waits for the list that the first report brings, and sends a report of its own. */
export async function preflightApplication(site: Site): Promise<Preflight> {
  const http = makeHttp(PATIENCE_MS)
  const recorder = startRecorder()
  const drive = makeDrive(site, http, recorder, PATIENCE_MS)
  const { application } = drive
  try {
    const page = await application.enter('preflight')
    await page.sees(page.clientId)
    const answer =
      site.application?.webhookSecrets.length === 0
        ? undefined
        : await application.report(
            'preflight report',
            connected({ clientId: drive.clientId() }, { epoch: freshEpoch(), version: 1 }),
          )
    if (answer && [401, 403].includes(answer.status)) {
      return {
        site: without(site, { webhookSecrets: [] }),
        served: [],
        trouble: `the application refuses webhooks that are signed with the secret; give --webhook-secret what its service signs with (status ${answer.status})`,
      }
    }
    const { advertised } = site
    if (listsTo({ advertised, events: recorder.events }, 'preflight').length > 0)
      return { site, served: [] }
    return {
      site: without(site, { isReportedTo: false }),
      served: [],
      trouble: `no list of users arrived when a user connected; give the service at ${site.baseUrl} the application's URL as its application base`,
    }
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error
    return { site, served: [], trouble: error.message }
  } finally {
    await drive.finish()
    await http.stop()
  }
}

function without(site: Site, change: Partial<NonNullable<Site['application']>>): Site {
  return site.application ? { ...site, application: { ...site.application, ...change } } : site
}
