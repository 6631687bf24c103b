/** Everything that has a schema is as its schema says: envelopes, answers, refusals and forms. */

import { PROBLEM_TYPE_BASE, PROBLEMS } from '@channel-protocol/schemas/registry'
import { describeErrors, type TypeName, validate } from '@channel-protocol/schemas/validate'
import { show } from '../judges/finding.ts'
import type { AnswerEvent } from '../timeline/event.ts'
import { readObject } from '../timeline/timeline.ts'
import type { Call, Facts } from './facts.ts'
import type { Observer } from './invariant.ts'

const ENVELOPES: Readonly<Record<string, TypeName>> = {
  welcome: 'WelcomeEnvelope',
  message: 'MessageEnvelope',
  heartbeat: 'HeartbeatEnvelope',
  reconnect: 'ReconnectEnvelope',
  broadcast: 'BroadcastEnvelope',
}

/** Of an envelope of an unknown `type` nothing is known; what closes an event stream has no type of its own. */
export const envelopesAreValid = (): Observer => (facts, log) => {
  for (const { envelopes } of facts.links) {
    for (const { event, json } of envelopes) {
      const isLast = event.event?.name === 'close'
      const type = isLast ? 'CloseEnvelope' : ENVELOPES[String(json?.type)]
      if (json && !type) continue
      log.saw()
      const trouble = json ? mismatch(type as TypeName, json) : undefined
      if (!json) log.broken(facts, event, 'an envelope: one JSON object', show(event.text))
      else if (trouble) log.broken(facts, event, `a ${type} that its schema accepts`, trouble)
    }
  }
}

/** What a call that is not refused is answered with. */
const ANSWERS: Readonly<Record<string, TypeName>> = {
  'GET /v1': 'Discovery',
  'POST /v1/tokens': 'TokenAnswer',
  'POST /v1/messages': 'Receipt',
  'POST /v1/broadcasts': 'Receipt',
  'POST /v1/batches': 'BatchAnswer',
  'POST /v1/disconnects': 'DisconnectAnswer',
  'POST /v1/sockets': 'SocketAnswer',
  'POST /v1/sockets/messages': 'SocketSendAnswer',
  'POST /v1/sockets/broadcasts': 'SocketBroadcastAnswer',
}

/** Only of calls that this revision defines, and that were not refused. */
export const answersAreValid = (): Observer => (facts, log) => {
  for (const call of facts.calls) {
    const { answer } = call
    const type = typeOf(call)
    if (type === undefined || answer.status < 200 || answer.status > 299) continue
    log.saw()
    const mediaType = answer.headers['content-type']
    if (!/^application\/json *(;|$)/i.test(mediaType ?? ''))
      log.broken(facts, answer, 'Content-Type: application/json', show(mediaType))
    const body = readObject(answer.body)
    const trouble = body ? mismatch(type, body) : `${show(answer.body)}`
    if (trouble) log.broken(facts, answer, `a ${type} that its schema accepts`, trouble)
  }
}

function typeOf({ request, path }: Call): TypeName | undefined {
  if (request.method === 'GET' && path === '/v1/presence')
    return /[?&]client_id=/.test(request.url) ? 'PresenceAnswer' : 'PresencePage'
  return ANSWERS[`${request.method} ${path}`]
}

/** Where a service does not announce the profile of a row, it may know neither the row nor the method. */
export const refusalsAreValid = (): Observer => (facts, log) => {
  for (const { request, answer, path } of facts.calls) {
    if (path === undefined || answer.status < 400 || !mustKnow(facts, request.method, answer))
      continue
    log.saw()
    const mediaType = answer.headers['content-type']
    if (!/^application\/problem\+json *(;|$)/i.test(mediaType ?? ''))
      log.broken(facts, answer, 'Content-Type: application/problem+json', show(mediaType))
    const document = readObject(answer.body)
    const row = Object.values(PROBLEMS).find(({ code }) => code === document?.code)
    const expected = row && `a Problem with the status, type and title of ${row.code}`
    const trouble = document ? mismatch('Problem', document) : show(answer.body)
    const isOfRow =
      row?.status === answer.status &&
      document?.status === row.status &&
      document.title === row.title &&
      document.type === `${PROBLEM_TYPE_BASE}${row.code}`
    if (trouble) log.broken(facts, answer, 'a Problem that its schema accepts', trouble)
    else if (!isOfRow)
      log.broken(facts, answer, expected ?? 'a code of the table of problems', show(document))
  }
}

function mustKnow({ timeline }: Facts, method: string, { status }: AnswerEvent): boolean {
  const { profiles } = timeline.advertised
  if (method === 'HEAD') return false
  if (profiles.includes('robust')) return true
  const rows = Object.values(PROBLEMS).filter((row) => row.status === status)
  return (
    (method === 'GET' || method === 'POST') &&
    (rows.length === 0 || rows.some(({ profile }) => profile !== 'robust'))
  )
}

const PRESENCE_FORMS: Readonly<Record<string, TypeName>> = {
  connected: 'PresenceEvent',
  disconnected: 'PresenceEvent',
  started: 'StartedEvent',
}
const SOCKET_FORMS: Readonly<Record<string, TypeName>> = {
  handshake: 'SocketHandshake',
  message: 'SocketMessage',
  closed: 'SocketClosed',
}

/** Presence events and `started`. */
export const presenceFormsAreValid = (): Observer => formsAreValid(PRESENCE_FORMS)
/** The webhooks of sockets. */
export const socketFormsAreValid = (): Observer => formsAreValid(SOCKET_FORMS)

function formsAreValid(forms: Readonly<Record<string, TypeName>>): Observer {
  return (facts, log) => {
    for (const { event, fields } of facts.hooks) {
      const type = forms[fields.event ?? '']
      if (!type) continue
      log.saw()
      const trouble = mismatch(type, fields)
      if (trouble) log.broken(facts, event, `a ${type} that its schema accepts`, trouble)
    }
  }
}

function mismatch(type: TypeName, value: unknown): string | undefined {
  const validation = validate(type, value)
  return validation.valid ? undefined : describeErrors(validation.errors)
}
