/** Looks, before anything is judged, whether everything is there that a verdict needs, and says what to mend. */

import { PROFILES } from '@channel-protocol/schemas/registry'
import { describeErrors, validate } from '@channel-protocol/schemas/validate'
import type { Diagnosis, Look } from './diagnosis.ts'
import { lookAtRates } from './doctor-rates.ts'
import { type Drive, makeDrive } from './drive/drive.ts'
import { type Http, makeHttp } from './drive/http.ts'
import { SetUpFailed } from './drive/set-up-failed.ts'
import type { Site } from './drive/site.ts'
import { PATIENCE_MS } from './drive/waiting.ts'
import { signed } from './judges/webhook.ts'
import { findServed } from './preflight.ts'
import type { Target } from './target/target.ts'
import type { AnswerEvent } from './timeline/event.ts'
import { type Recorder, startRecorder } from './timeline/recorder.ts'
import { answerTo, readObject } from './timeline/timeline.ts'

/** The header has whole seconds, and an answer is under way for a moment. */
const TOLERANCE_SECONDS = 2
const TTL_SECONDS = 60

interface Practice {
  readonly site: Site
  readonly drive: Drive
  readonly recorder: Recorder
}

/** In the order in which one thing needs the other. */
const LOOKS: readonly (readonly [name: string, look: (practice: Practice) => Promise<Look>])[] = [
  ['reachable', lookAtAnswer],
  ['discovery', lookAtDiscovery],
  ['key', lookAtKey],
  ['second key', lookAtSecondKey],
  ['clock', lookAtClock],
  ['connection', lookAtConnection],
  ['origin', lookAtOrigin],
  ['webhooks', lookAtWebhooks],
  ['profiles', lookAtProfiles],
  ['rates', async ({ site }) => lookAtRates(site)],
]

/** Looks at a service; never throws for what it does. */
export async function examine({ site }: Target): Promise<Diagnosis[]> {
  const http: Http = makeHttp(PATIENCE_MS)
  const recorder = startRecorder()
  const drive = makeDrive(site, http, recorder, PATIENCE_MS)
  const found: Diagnosis[] = []
  try {
    for (const [name, look] of LOOKS) {
      const isWell = found.every(({ state }) => state !== 'trouble')
      found.push({ name, ...(await attempt(look, { site, drive, recorder }, isWell)) })
    }
  } finally {
    await drive.finish()
    await http.stop()
  }
  return found
}

async function attempt(
  look: (practice: Practice) => Promise<Look>,
  practice: Practice,
  isWell: boolean,
): Promise<Look> {
  try {
    return await look(practice)
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error
    return isWell
      ? trouble(error.message, 'the log of the server may say why')
      : { state: 'note', what: 'cannot be looked at until what stands above is mended' }
  }
}

function ok(what: string): Look {
  return { state: 'ok', what }
}

function trouble(what: string, remedy: string): Look {
  return { state: 'trouble', what, remedy }
}

async function lookAtAnswer({ site, drive, recorder }: Practice): Promise<Look> {
  const startedMs = recorder.clock.nowMs()
  const answer = await drive.call('discovery', 'GET', '/v1', { key: 'none' })
  const url = `${site.baseUrl}/v1`
  if (!answer) return trouble(`no answer from ${url}`, 'start the server, or give its base URL')
  const tookMs = Math.round(answer.atMs - startedMs)
  return answer.status === 200
    ? ok(`${url} answers in ${tookMs} ms`)
    : trouble(
        `${url} answers ${answer.status}, and not 200`,
        'give the base URL below which /v1 is, as the server is reached from here',
      )
}

async function lookAtDiscovery({ drive, recorder, site }: Practice): Promise<Look> {
  const document = readObject(discoveryOf(drive, recorder)?.body ?? '')
  if (!document)
    return trouble(
      'GET /v1 is no JSON object',
      'answer it with the discovery document, as spec/discovery.md has it',
    )
  const validation = validate('Discovery', document)
  if (!validation.valid)
    return trouble(
      `the document breaks its schema: ${describeErrors(validation.errors.slice(0, 3))}`,
      "mend it; run 'discovery.**' says which clauses that breaks",
    )
  const { name, version } = validation.value.implementation ?? {}
  const own = name === undefined ? 'an implementation without a name' : `${name} ${version ?? ''}`
  return ok(`valid: ${own.trim()}, ${site.advertised.testTimings ? 'test' : 'production'} timings`)
}

async function lookAtKey({ drive, site }: Practice): Promise<Look> {
  if (site.applicationKeys.length === 0)
    return trouble('the suite was given none', 'give --application-key')
  return lookAtMinting(drive, 'first', 'the first application key')
}

async function lookAtSecondKey({ drive, site }: Practice): Promise<Look> {
  if (site.applicationKeys.length < 2)
    return {
      state: 'note',
      what: 'the suite was given one key only: give --application-key twice to have the rotation of keys judged',
    }
  return lookAtMinting(drive, 'second', 'the second application key')
}

async function lookAtMinting(drive: Drive, key: 'first' | 'second', words: string): Promise<Look> {
  const answer = await drive.call(`${key} key`, 'POST', '/v1/tokens', {
    key,
    json: { client_id: drive.clientId(), ttl_seconds: TTL_SECONDS },
  })
  if (answer?.status === 201 || answer?.status === 200) return ok(`${words} mints a token`)
  if (answer?.status === 401)
    return trouble(
      `the server refuses ${words} (401)`,
      'give --application-key what the server was given',
    )
  return trouble(
    `POST /v1/tokens with ${words} is answered ${answer?.status ?? 'not at all'}`,
    "mend it; run 'token.**' says which clauses that breaks",
  )
}

async function lookAtClock({ drive, recorder, site }: Practice): Promise<Look> {
  const discovery = discoveryOf(drive, recorder)
  const minted = answerTo({ advertised: site.advertised, events: recorder.events }, 'first key')
  const date = Date.parse(discovery?.headers.date ?? '')
  const expiry = Date.parse(String(readObject(minted?.body ?? '')?.expires_at))
  const skews = [
    ...(discovery && !Number.isNaN(date)
      ? [['its Date header', (date + 500 - discovery.atMs) / 1000] as const]
      : []),
    ...(minted && !Number.isNaN(expiry)
      ? [['expires_at of a token', (expiry - minted.atMs) / 1000 - TTL_SECONDS] as const]
      : []),
  ]
  if (skews.length === 0)
    return {
      state: 'note',
      what: 'neither a Date header nor expires_at says what time it is there',
    }
  const far = skews.find(([, skew]) => Math.abs(skew) > TOLERANCE_SECONDS)
  if (!far)
    return ok(`the same as that of the suite, by ${skews.map(([name]) => name).join(' and ')}`)
  const [name, skew] = far
  return trouble(
    `by ${name} the server is ${Math.abs(skew).toFixed(0)} s ${skew > 0 ? 'ahead of' : 'behind'} the suite`,
    'set both clocks by the same time server: expiry and signatures are judged by the clock of the suite',
  )
}

async function lookAtConnection({ drive }: Practice): Promise<Look> {
  const { connectUrl, token } = await drive.mint('connection', drive.clientId())
  const connection = await drive.open('connection', { url: connectUrl, token })
  const { origin } = new URL(connectUrl)
  if (!(await connection.welcome()))
    return trouble(
      `a client is not welcomed at ${origin}`,
      'see whether the connect_url that the server mints is reached from here, upgrades included',
    )
  connection.close(1000)
  return ok(`a client connects at ${origin} and is welcomed`)
}

async function lookAtOrigin({ drive, site }: Practice): Promise<Look> {
  if (site.advertised.origins !== 'listed') return ok('pages of any origin may connect')
  if (site.listedOrigin === undefined)
    return trouble(
      'the server lists origins, and the suite knows none',
      'give --origin one of them',
    )
  const { connectUrl, token } = await drive.mint('origin', drive.clientId())
  const connection = await drive.open('origin', {
    url: connectUrl,
    token,
    origin: site.listedOrigin,
  })
  return (await connection.welcome())
    ? ok(`a page of ${site.listedOrigin} may connect`)
    : trouble(
        `a page of ${site.listedOrigin} is refused`,
        'give --origin an origin that the server lists, or the server this one',
      )
}

async function lookAtWebhooks({ drive, site, recorder }: Practice): Promise<Look> {
  if (!site.receiver)
    return {
      state: 'note',
      what: 'the suite listens nowhere (--no-webhooks): what needs them is not judged',
    }
  if (!site.advertised.profiles.includes('presence'))
    return { state: 'note', what: 'the server does not announce presence, so none was waited for' }
  const clientId = drive.clientId()
  const webhooks = drive.webhooks('webhook', clientId)
  await drive.connect('webhook client', clientId)
  const [arrived] = await webhooks.first(1)
  if (!arrived)
    return trouble(
      `none arrived at ${site.receiver.url} within ${PATIENCE_MS / 1000} s after a client had connected`,
      'give the server that as its application base (a firewall or a container may be between), the suite another --webhooks, or --no-webhooks to judge the rest',
    )
  const finding = signed('webhook')({ advertised: site.advertised, events: recorder.events })
  if (finding.verdict === 'pass') return ok(`one arrived at ${site.receiver.url}, rightly signed`)
  return trouble(
    'one arrived, but its signature is not by the secrets that the suite knows',
    'give --webhook-secret every secret of the server',
  )
}

async function lookAtProfiles({ drive, site }: Practice): Promise<Look> {
  const announced = site.advertised.profiles
  const served = await findServed(drive)
  if (served.length > 0)
    return trouble(
      `${served.join(', ')} is served without being announced`,
      'announce it in the discovery document, or answer its paths with 404',
    )
  const strange = announced.filter((name) => !Object.hasOwn(PROFILES, name))
  const known = announced.filter((name) => Object.hasOwn(PROFILES, name))
  const beside = strange.length > 0 ? `; ${strange.join(', ')} is not of this revision` : ''
  return ok(`${known.join(', ')}${beside}`)
}

function discoveryOf({ advertised }: Drive, { events }: Recorder): AnswerEvent | undefined {
  return answerTo({ advertised, events }, 'discovery')
}
