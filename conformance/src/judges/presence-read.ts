/** Judges of presence as it is read: one client id, and the pages of the list. */

import type { AnswerEvent } from '../timeline/event.ts'
import {
  answerTo,
  envelopesOf,
  eventsOf,
  readObject,
  seconds,
  type Timeline,
  webhooksOf,
} from '../timeline/timeline.ts'
import { all, fail, inconclusive, type Judge, PASS, show } from './finding.ts'
import { clientIdOf } from './presence.ts'
import { answered } from './problem.ts'

/** A member that an answer must have, and what its value must be. */
type Expectation = readonly [member: string, isRight: (value: unknown) => boolean, expected: string]

/** Online, with the connection, epoch and version of `client`, and since when. */
export function readsOnline(as: string, client: string, version: number): Judge {
  return all(answered(as, 200), (timeline) => {
    const welcome = envelopesOf(timeline, client, 'welcome')[0]?.envelope ?? {}
    return expectMembers(answerTo(timeline, as), [
      is('online', true),
      is('connection_id', welcome.connection_id),
      is('epoch', welcome.epoch),
      is('version', version),
      ['since', isInstant, 'an instant'],
    ])
  })
}

/** The `since` of this answer is that of an earlier one. */
export function readsSameSince(as: string, earlier: string): Judge {
  return (timeline) => {
    const { since } = readObject(answerTo(timeline, earlier)?.body ?? '') ?? {}
    return expectMembers(answerTo(timeline, as), [is('since', since)])
  }
}

/** The answer names the client id of the connection. */
export function readsClientIdOf(as: string, client: string): Judge {
  return (timeline) =>
    expectMembers(answerTo(timeline, as), [is('client_id', clientIdOf(timeline, client))])
}

/** The answer has the version of the newest report about the client. */
export function readsReportedVersion(as: string, client: string): Judge {
  return (timeline) => {
    const version = webhooksOf(timeline, client).at(-1)?.fields.version
    return expectMembers(answerTo(timeline, as), [is('version', Number(version))])
  }
}

/** Not online, with an even version: 0 where the client id was never online. */
export function readsOffline(as: string, { isStranger }: { isStranger: boolean }): Judge {
  const isEven = (value: unknown): boolean => typeof value === 'number' && value % 2 === 0
  return all(answered(as, 200), (timeline) =>
    expectMembers(answerTo(timeline, as), [
      is('online', false),
      isStranger ? is('version', 0) : ['version', isEven, 'an even number'],
    ]),
  )
}

/** Online without a connection, answered before the grace of `client` was over. */
export function readsGrace(as: string, client: string): Judge {
  return (timeline) => {
    const answer = eventsOf(timeline, 'answer', as).at(-1)
    const late = tooLateForGrace(timeline, client, answer)
    if (late) return late
    if (answer?.status !== 200) return fail('status 200', `status ${answer?.status}`, answer)
    return expectMembers(answer, [
      is('online', true),
      is('connection_id', undefined),
      is('since', undefined),
    ])
  }
}

/** The answers of this role told of the client id both online and offline: a condition of something else. */
export function readsBothStates(as: string): Judge {
  return (timeline) => {
    const states = eventsOf(timeline, 'answer', as).map(({ body }) => readObject(body)?.online)
    return states.includes(true) && states.includes(false)
      ? PASS
      : inconclusive(`${as} did not read the client id both online and offline`)
  }
}

/** No answer of this role has a smaller (epoch, version) than one before it. */
export function readsNeverOlder(as: string): Judge {
  return (timeline) => {
    let before = { epoch: 0, version: 0 }
    for (const answer of eventsOf(timeline, 'answer', as)) {
      const { epoch, version } = readObject(answer.body) ?? {}
      if (typeof epoch !== 'number' || typeof version !== 'number')
        return fail('an epoch and a version', show({ epoch, version }), answer)
      const isOlder = epoch === before.epoch ? version < before.version : epoch < before.epoch
      if (isOlder)
        return fail(
          `nothing older than version ${before.version} of epoch ${before.epoch}`,
          `version ${version} of epoch ${epoch}`,
          answer,
        )
      before = { epoch, version }
    }
    return before.version > 0 ? PASS : inconclusive('no version was read')
  }
}

/** Every page was answered and the last has no cursor. */
export function listed(as: string): Judge {
  return (timeline) => {
    const pages = eventsOf(timeline, 'answer', as)
    const wrong = pages.find(({ status }) => status !== 200)
    if (wrong) return fail('status 200 for every page', `status ${wrong.status}`, wrong)
    const last = readObject(pages.at(-1)?.body ?? '')
    return last && Array.isArray(last.clients) && last.next_cursor === undefined
      ? PASS
      : fail(
          'pages up to one without next_cursor',
          `${pages.length} pages and no end`,
          pages.at(-1),
        )
  }
}

/** Each of these clients is on some page with its epoch and this version. */
export function listsAll(as: string, versions: Readonly<Record<string, number>>): Judge {
  return (timeline) => {
    const entries = eventsOf(timeline, 'answer', as).flatMap(entriesOf)
    for (const [client, version] of Object.entries(versions)) {
      const id = clientIdOf(timeline, client)
      const epoch = envelopesOf(timeline, client, 'welcome').at(-1)?.envelope.epoch
      const entry = entries.find((candidate) => candidate.client_id === id)
      if (!entry) return fail(`${client} on a page, as it is online`, 'it is on none')
      if (entry.epoch !== epoch || entry.version !== version)
        return fail(`${client} with epoch ${epoch} and version ${version}`, show(entry))
    }
    return PASS
  }
}

/** Every client that was welcomed in this role is on some page. */
export function listsEvery(as: string, crowd: string): Judge {
  return (timeline) => {
    const listedIds = new Set(
      eventsOf(timeline, 'answer', as)
        .flatMap(entriesOf)
        .map((entry) => entry.client_id),
    )
    const missing = envelopesOf(timeline, crowd, 'welcome').find(
      ({ envelope }) => !listedIds.has(envelope.client_id),
    )
    return missing
      ? fail('every client on a page, as all are online', 'one on none', missing.event)
      : PASS
  }
}

/** The list came on more than one page, so that there is a border between them. */
export function onSeveralPages(as: string): Judge {
  return (timeline) =>
    eventsOf(timeline, 'answer', as).length > 1
      ? PASS
      : inconclusive('all clients came on one page; fewer have to fit')
}

/** As {@link listsAll} for one client in its grace, where the last page came before that was over. */
export function listsInGrace(as: string, client: string): Judge {
  return (timeline) =>
    tooLateForGrace(timeline, client, eventsOf(timeline, 'answer', as).at(-1)) ??
    listsAll(as, { [client]: 1 })(timeline)
}

/** No page holds more clients than the service advertises. */
export function pagesBounded(as: string): Judge {
  return (timeline) => {
    const most = timeline.advertised.limits.presence_page ?? Number.NaN
    const wrong = eventsOf(timeline, 'answer', as).find((page) => entriesOf(page).length > most)
    return wrong
      ? fail(`at most ${most} clients on a page`, `${entriesOf(wrong).length}`, wrong)
      : PASS
  }
}

function tooLateForGrace(
  timeline: Timeline,
  client: string,
  answer: AnswerEvent | undefined,
): ReturnType<Judge> | undefined {
  const graceMs = seconds(timeline.advertised, 'presence_grace_seconds') * 1000
  if (graceMs === 0) return PASS
  const ending = eventsOf(timeline, 'sent', client).at(-1)
  if (!ending || !answer) return inconclusive('nothing was read in the grace')
  const lateMs = answer.atMs - ending.atMs
  return lateMs < graceMs
    ? undefined
    : inconclusive(`the answer came after ${lateMs} ms, the grace is ${graceMs} ms`)
}

function is(member: string, value: unknown): Expectation {
  return [member, (got) => got === value, value === undefined ? 'absent' : show(value)]
}

function isInstant(value: unknown): boolean {
  return typeof value === 'string' && /T.*Z$/.test(value) && !Number.isNaN(Date.parse(value))
}

function expectMembers(
  answer: AnswerEvent | undefined,
  expectations: readonly Expectation[],
): ReturnType<Judge> {
  const body = readObject(answer?.body ?? '') ?? {}
  const broken = expectations.find(([member, isRight]) => !isRight(body[member]))
  if (!broken) return PASS
  const [member, , expected] = broken
  return fail(`${member} ${expected}`, `${member} ${show(body[member])}`, answer)
}

function entriesOf({ body }: AnswerEvent): Record<string, unknown>[] {
  const clients = readObject(body)?.clients
  return Array.isArray(clients)
    ? clients.filter((entry) => typeof entry === 'object' && entry !== null)
    : []
}
