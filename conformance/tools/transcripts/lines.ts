/** What one event of a timeline is in words: who speaks, what is said, and of which shape it is. */

import type { AnswerEvent, RequestEvent, TimelineEvent } from '../../src/timeline/event.ts'
import { readForm, readObject } from '../../src/timeline/timeline.ts'

/** An event in words, its made-up values still in it. */
export interface Line {
  readonly n: number
  readonly role: string
  readonly speaker: 'application' | 'client' | 'page' | 'service' | 'suite'
  readonly text: string
  /** What is the same in every run: kind, path, status, code, event, and the members that it has. */
  readonly shape: string
  /** What was left out with it. */
  readonly remark?: string
}

/** Whose timeline it is. */
export interface Side {
  /** The base of the application, where one is judged. */
  readonly applicationBase?: string
}

/** The line of an event. Undefined where how often it comes is a matter of time alone and nobody asked for it. */
export function lineOf(event: TimelineEvent, side: Side, wantsSigns: boolean): Line | undefined {
  const told = tell(event, side)
  if (!told || (told.isSign && !wantsSigns)) return undefined
  const { speaker, text, shape = text } = told
  return { n: event.n, role: event.as, speaker, text, shape: shape.trim() }
}

interface Told extends Pick<Line, 'speaker' | 'text'> {
  readonly shape?: string
  /** A heartbeat or a Ping: their number depends on how long the rest took. */
  readonly isSign?: true
}

function tell(event: TimelineEvent, side: Side): Told | undefined {
  switch (event.kind) {
    case 'request':
      return tellRequest(event, side)
    case 'answer':
      return tellAnswer(event, side)
    case 'failure':
      return { speaker: 'service', text: 'no answer', shape: 'no answer' }
    case 'open':
      return { speaker: 'service', text: `101 ${event.subprotocol || 'without a subprotocol'}` }
    case 'frame':
      return tellFrame(event)
    case 'sent':
      return tellSent(event.what)
    case 'close':
      return {
        speaker: 'service',
        text:
          event.code === 1006 ? 'ends without Close' : `Close ${event.code} ${event.reason}`.trim(),
      }
    case 'end':
      return { speaker: 'service', text: 'ends the connection' }
    case 'webhook': {
      const path = event.path.replace(/^\/i\/[^/]+/, '')
      return {
        speaker: 'service',
        text: `webhook ${event.method} ${path} ${event.body}`,
        shape: `webhook ${hookName(path)} ${members(readForm(event.body))}`,
      }
    }
    case 'webhook-answer':
      return {
        speaker: 'application',
        text: typeof event.status === 'number' ? `answers ${event.status}` : event.status,
      }
    case 'instance':
      return { speaker: 'suite', text: `service ${event.what}` }
    case 'token-request':
      return { speaker: 'page', text: `is asked for a token: ${event.status}` }
    case 'attempt': {
      const what = event.transport === 'stream' ? 'asks for an event stream' : 'connects'
      const last = event.headers['last-event-id']
      const { search } = new URL(event.url, 'http://host')
      const after = `${search}${last === undefined ? '' : ` Last-Event-ID: ${last}`}`
      return {
        speaker: 'client',
        text: `${what} ${after}`.trim(),
        shape: `${what} ${after && 'after'}`,
      }
    }
    case 'told':
      return {
        speaker: 'client',
        text: `tells its page: ${event.what} ${JSON.stringify(event.members)}`,
        shape: `tells ${event.what} ${members(event.members)}`,
      }
    case 'page':
      return {
        speaker: BY_SERVICE.has(event.what)
          ? 'service'
          : BY_CLIENT.has(event.what)
            ? 'client'
            : 'page',
        text: `${event.what} ${JSON.stringify(event.members)}`,
        shape: `${event.what} ${members(event.members)}`,
      }
    case 'note':
      return { speaker: 'suite', text: event.what, shape: 'notes' }
  }
}

const BY_SERVICE = new Set(['accepted', 'given', 'ended', 'missing'])
const BY_CLIENT = new Set(['attempt', 'goodbye', 'abandon', 'sent'])

function tellRequest(event: RequestEvent, { applicationBase }: Side): Told {
  const { pathname, search } = new URL(event.url)
  const { headers } = event
  const isUpgrade = headers.upgrade !== undefined
  const isHook = pathname.includes('/_ah/channel/') && !pathname.endsWith('/jsapi')
  const ofApplication = applicationBase !== undefined && event.url.startsWith(applicationBase)
  const speaker = ofApplication
    ? isHook
      ? 'service'
      : 'page'
    : isUpgrade || /\/connect$|\/jsapi$/.test(pathname)
      ? 'client'
      : 'application'
  const shown = SHOWN_OF_REQUESTS.flatMap(({ name, label }) => {
    const value = headers[name] ?? headers[label]
    return value === undefined ? [] : [`${label}: ${value}`]
  })
  const type = headers['content-type']
  if (type !== undefined && type !== 'application/json' && !isHook)
    shown.push(`Content-Type: ${type}`)
  const needsKey = speaker === 'application' && pathname.split('/').length > 2 && !ofApplication
  if (needsKey && headers.authorization === undefined) shown.push('without a key')
  const said = `${isUpgrade ? 'upgrade' : event.method} ${pathname}${search}`
  return {
    speaker,
    text: [said, ...(shown.length > 0 ? [`[${shown.join('; ')}]`] : []), event.body]
      .join(' ')
      .trim(),
    shape: `${isUpgrade ? 'upgrade' : event.method} ${place(pathname)}`,
  }
}

const SHOWN_OF_REQUESTS = [
  'Idempotency-Key',
  'Last-Event-ID',
  'Origin',
  'webhook-id',
  'Cookie',
].map((label) => ({ name: label.toLowerCase(), label }))
const SHOWN_OF_ANSWERS = ['Allow', 'Location', 'Retry-After', 'WWW-Authenticate', 'Set-Cookie'].map(
  (label) => ({ name: label.toLowerCase(), label }),
)

function tellAnswer({ status, headers, body }: AnswerEvent, { applicationBase }: Side): Told {
  const object = readObject(body)
  const isProblem = headers['content-type']?.startsWith('application/problem+json') === true
  const shown = SHOWN_OF_ANSWERS.flatMap(({ name, label }) => {
    const value = headers[name]
    return value === undefined ? [] : [`${label}: ${label === 'Retry-After' ? '<seconds>' : value}`]
  })
  const head = `${status}${isProblem ? ` ${String(object?.code)}` : ''}`
  return {
    speaker: applicationBase === undefined ? 'service' : 'application',
    text: [status, ...(shown.length > 0 ? [`[${shown.join('; ')}]`] : []), body].join(' ').trim(),
    shape: `${head} ${object ? members(object) : body === '' ? '' : 'text'}`,
  }
}

function tellFrame(event: Extract<TimelineEvent, { kind: 'frame' }>): Told {
  const object = readObject(event.text)
  const isSign =
    event.type === 'ping' || object?.type === 'heartbeat' || event.event?.name === 'heartbeat'
  const id = event.event?.id
  const name = event.event
    ? `event ${event.event.name}${id === undefined ? '' : ` (id ${id})`}`
    : event.type === 'text'
      ? ''
      : event.type
  const kind = event.event
    ? `event ${event.event.name}${id === undefined ? '' : ' with id'}`
    : event.type === 'text'
      ? 'frame'
      : event.type
  return {
    speaker: 'service',
    text: `${name} ${event.text}`.trim(),
    shape:
      `${kind} ${object ? `${event.event ? '' : String(object.type)} ${members(object)}` : ''}`.replace(
        / +/g,
        ' ',
      ),
    ...(isSign && { isSign }),
  }
}

/** What the suite sent on a connection; of a written request only its first line, for the rest is its head. */
function tellSent(what: string): Told {
  const [first = ''] = what.split(/\r?\n/)
  const isRequest = / HTTP\/1\.[01]$/.test(first)
  const kind = isRequest ? 'a request' : (/^(?:text|Close)\b/.exec(what)?.[0] ?? 'bytes')
  return { speaker: 'client', text: `sends ${isRequest ? first : what}`, shape: `sends ${kind}` }
}

/** What a path of a webhook is about. */
function hookName(path: string): string {
  return /\/_ah\/(?:channel|websocket)\/(\w+)/.exec(path)?.[1] ?? place(path)
}

/** A path without what a run made up in it. */
function place(path: string): string {
  return path
    .replace(/^.*(?=\/(?:v1|_ah)\b)/, '')
    .replace(/(\/v1\/socket|_ah\/websocket\/\w+)\/.+/, '$1/...')
}

/** Names of members. */
function members(object: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(object).sort()
  // Who else is online, and on how many pages, goes by what other checks do meanwhile.
  return `{${names.filter((name) => name !== 'next_cursor').join(' ')}}`
}
