/** The chat's routes: they alone know paths and methods, and what of a request each of them uses. */
import type { IncomingHttpHeaders } from 'node:http'
import { WebhookRefusedError } from '@channel-protocol/reference-server/application'
import { WEBHOOKS } from '@channel-protocol/schemas/registry'
import type { Chat, ChatEvent } from './chat.ts'
import type { ChatParts } from './parts.ts'
import { Refusal } from './refusal.ts'
import type { Answer } from './rules/answer.ts'

const webhookBytes = 64 * 1024

/** A request, whatever server it came through. */
export interface ChatRequest {
  method: string
  /** Path and query. */
  url: string
  headers: IncomingHttpHeaders
  /** The address of the peer, as its socket has it. */
  address: string | undefined
  /** All bytes of the body. Rejects with Refusal. */
  readBody(maxBytes: number): Promise<Uint8Array>
}

/** Answers a request; refusals and defects are answers too. */
export type AnswerRequest = (request: ChatRequest) => Promise<Answer>

interface Route {
  method: 'GET' | 'POST'
  /** Whether pages of other origins may use it. */
  isOpen: boolean
  answer: AnswerRequest
}

/** Answers every request of one chat. `ownOrigin` is that of its configured base. */
export function makeRoutes(
  chat: Chat,
  { rules, complain }: ChatParts,
  ownOrigin: string,
): AnswerRequest {
  async function login({ headers, address }: ChatRequest): Promise<Answer> {
    const { login, session } = await chat.login(rules.readSession(headers.cookie), address)
    const cookie = rules.writeSessionCookie(session, ownOrigin.startsWith('https:'))
    return rules.makeLoginAnswer(login, cookie)
  }

  async function post(request: ChatRequest): Promise<Answer> {
    const { 'content-type': contentType, cookie, origin, host } = request.headers
    const text = await chat.post({
      contentType,
      query: request.url.split('?', 2)[1] ?? '',
      body: await request.readBody(rules.decideMaxBodyBytes()),
      session: rules.readSession(cookie),
      isOwnPage: rules.isOwnOrigin(origin, ownOrigin, host),
      address: request.address,
    })
    return rules.makePostAnswer(text)
  }

  const report = (event: ChatEvent) => async (request: ChatRequest) => {
    const body = await request.readBody(webhookBytes)
    try {
      const { outcome, webhookId } = await chat.report(event, { headers: request.headers, body })
      return { status: rules.decideTakenStatus(outcome, webhookId), headers: {} }
    } catch (cause) {
      if (!(cause instanceof WebhookRefusedError)) throw cause
      complain(`a webhook on the route of ${event} was refused`, cause)
      return { status: rules.decideRefusedStatus(cause), headers: {} }
    }
  }

  const routes = new Map<string, Route>([
    ['/login', { method: 'GET', isOpen: true, answer: login }],
    ['/post', { method: 'POST', isOpen: true, answer: post }],
    ...(['connected', 'disconnected', 'started'] as const).map((event): [string, Route] => [
      WEBHOOKS[event].path,
      { method: 'POST', isOpen: false, answer: report(event) },
    ]),
  ])

  async function answer(request: ChatRequest, route: Route | undefined): Promise<Answer> {
    if (route === undefined)
      throw new Refusal('not-found', 'there are /login, /post and the webhook routes')
    if (request.method === 'OPTIONS' && route.isOpen) {
      const asked = request.headers['access-control-request-headers']
      return { status: 204, headers: rules.makePreflightHeaders([route.method, 'OPTIONS'], asked) }
    }
    if (request.method !== route.method)
      throw new Refusal('method-not-allowed', `this path takes ${route.method}`, {
        allow: route.isOpen ? [route.method, 'OPTIONS'] : [route.method],
      })
    return route.answer(request)
  }

  return async (request) => {
    const [path = ''] = request.url.split('?', 1)
    const route = routes.get(path)
    const made = await answer(request, route).catch((cause: unknown) => {
      if (cause instanceof Refusal) return rules.makeRefusalAnswer(cause)
      complain('a defect', cause)
      return rules.makeRefusalAnswer(new Refusal('internal-error', 'a defect of the chat'))
    })
    if (route?.isOpen) {
      const { origin } = request.headers
      Object.assign(made.headers, rules.makeCrossOriginHeaders(made.status, origin))
    }
    return made
  }
}
