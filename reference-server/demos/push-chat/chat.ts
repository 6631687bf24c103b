/** The chat: it alone holds the users, and joins what happens to them with what is sent. */

import {
  type Channel,
  type ConnectedWebhook,
  type DisconnectedWebhook,
  makeParseWebhook,
  makeWebhookMemory,
  type RawWebhook,
  type StartedWebhook,
} from '@channel-protocol/reference-server/application'
import { DEFAULT_TIME_ZONE } from '../local-time.ts'
import { makeOutbox } from './outbox.ts'
import type { ChatParts } from './parts.ts'
import { Refusal } from './refusal.ts'
import type { Login } from './rules/answer.ts'
import type { User, UserChange, UserReport } from './rules/users.ts'
import type { Outcome } from './rules/webhook.ts'

const sweepEveryMs = 10_000
const gatherMs = 100
const mostPosts = 1000

/** Events that the chat has a route for. */
export type ChatEvent = 'connected' | 'disconnected' | 'started'

/** What arrives at `/post`. */
export interface PostRequest {
  contentType: string | undefined
  /** What follows the question mark of the URL. */
  query: string
  body: Uint8Array
  /** The session's id from the cookie. */
  session: string | undefined
  /** Whether the request comes from a page of the application's own. */
  isOwnPage: boolean
  /** The address of the poster, as its socket has it. */
  address?: string | undefined
}

/** The doings of the chat; expected refusals are thrown as Refusal or WebhookRefusedError. */
export interface Chat {
  /** Signs somebody in, who comes with a session's id or none; answers the session's id for the cookie beside it. */
  login(given: string | undefined, address?: string): Promise<{ login: Login; session: string }>
  /** Answers the text that everybody is sent. */
  post(request: PostRequest): Promise<string>
  /** Takes a webhook that arrived on the route of `event`. */
  report(event: ChatEvent, request: RawWebhook): Promise<{ outcome: Outcome; webhookId: string }>
  /** Takes what a webhook says that was verified. */
  take(webhook: ConnectedWebhook | DisconnectedWebhook | StartedWebhook): Outcome
  /**
   * What a page shows that comes late: the texts of the latest messages, oldest first, and that of the list. Throws
   * Refusal unless the session has a user of that client id, or any where none is named.
   */
  catchUp(session: string | undefined, clientId?: string): { messages: string[]; users: string }
  stop(): void
}

/** Makes a chat without users. It forgets users by the clock of clean-up until it is stopped. */
export function makeChat(parts: ChatParts): Chat {
  const { rules, application, settings, userClock, wallClock, complain } = parts
  const timeZone = settings.timeZone ?? DEFAULT_TIME_ZONE
  const users = new Map<string, User>()
  const memory = makeWebhookMemory(wallClock)
  const parseWebhook = makeParseWebhook({
    secrets: settings.webhookSecrets,
    clock: wallClock,
    rules,
  })
  const outbox = makeOutbox({ send: application.sendMessage, clock: wallClock, complain })
  let listText: string | undefined
  let cancelAnnouncing: (() => void) | undefined
  let epochFloor = 0
  let postsInFlight = 0
  let signingIn = 0

  function makeList(): string {
    listText ??= rules.writeUsers(rules.listUsers(users.values()))
    return listText
  }

  /** Tells every present user of a change soon, so that changes that are close together make one list. */
  function announce(): void {
    listText = undefined
    cancelAnnouncing ??= wallClock.after(gatherMs, () => {
      cancelAnnouncing = undefined
      outbox.announce(rules.selectReceivers(users.values()), makeList)
    })
  }

  function forgetUsers(): void {
    const nowMs = userClock.nowMs()
    const gone = [...users.values()].filter((user) => rules.isForgettable(user, nowMs))
    for (const { clientId } of gone) users.delete(clientId)
    if (rules.isForgettingAnnounced(gone)) announce()
  }

  let cancelSweep = userClock.after(sweepEveryMs, sweep)
  function sweep(): void {
    forgetUsers()
    cancelSweep = userClock.after(sweepEveryMs, sweep)
  }

  async function createChannel(clientId: string): Promise<Channel> {
    signingIn += 1
    try {
      return await application.createChannel(clientId)
    } catch (cause) {
      complain('the service gave no token', cause)
      throw new Refusal('unavailable', 'the channel service gave no token; try again in a moment')
    } finally {
      signingIn -= 1
    }
  }

  function put({ user, isAnnounced }: UserChange): boolean {
    users.set(user.clientId, user)
    return isAnnounced
  }

  function start(floor: number): Outcome {
    epochFloor = Math.max(epochFloor, floor)
    const nowMs = userClock.nowMs()
    const changes = [...users.values()].map((user) =>
      rules.changeByStarted(user, epochFloor, nowMs),
    )
    if (changes.map(put).includes(true)) announce()
    return 'counted'
  }

  function note(report: UserReport & { clientId: string }): Outcome {
    const user = rules.findUser(users, report.clientId)
    if (user === undefined) return 'unknown'
    if (!rules.isNewReport(user, report, epochFloor)) return 'older'
    if (put(rules.changeByReport(user, report, userClock.nowMs()))) announce()
    return 'counted'
  }

  function take(webhook: ConnectedWebhook | DisconnectedWebhook | StartedWebhook): Outcome {
    if (rules.isRepeat(memory, webhook.webhookId)) return 'repeated'
    memory.remember(webhook.webhookId)
    return webhook.event === 'started' ? start(webhook.epoch) : note(webhook)
  }

  return {
    async login(given, address) {
      forgetUsers()
      if (rules.isFull(users, signingIn))
        throw new Refusal('over-capacity', 'too many users; try again in some minutes')
      const ofSession = rules.selectOfSession(given, users.values())
      const session = rules.chooseSession(given, ofSession, parts.makeSessionId())
      const clientId = rules.chooseClientId(parts.makeClientId(), ofSession)
      const { token, connectUrl } = await createChannel(clientId)
      const digests = {
        sessionDigest: rules.digestSecret(session),
        tokenDigest: rules.digestSecret(token),
      }
      const ip = rules.chooseAddress(address, settings.showIp)
      users.set(clientId, rules.makeUser({ clientId, ...digests, ip }, userClock.nowMs()))
      listText = undefined
      if (rules.isLoginAnnounced()) announce()
      const list = rules.listUsers(users.values())
      return { login: { clientId, token, connectUrl, users: list }, session }
    },

    async post({ contentType, query, body, session, isOwnPage, address }) {
      forgetUsers()
      const post = rules.readPost(contentType, body, query)
      const user = rules.findUser(users, post.clientId)
      const isProven = rules.isProven(user, { token: post.token, session }, isOwnPage)
      if (user === undefined || !isProven)
        throw new Refusal('forbidden', 'sign in, and post with the token or from the page that did')
      const ip = rules.chooseAddress(address, settings.showIp)
      const datetime = rules.writeInstant(wallClock.nowMs(), timeZone)
      const text = rules.writeMessage(post, datetime, ip)
      rules.demandSize(text)
      if (postsInFlight >= mostPosts)
        throw new Refusal('over-capacity', 'too many posts at once; try again in a moment')
      users.set(user.clientId, rules.changeByPost(user, userClock.nowMs()))
      parts.history?.add(text)
      postsInFlight += 1
      const isSent = await outbox.post(rules.selectHearers(users.values(), user), text)
      postsInFlight -= 1
      if (!isSent) throw new Refusal('unavailable', 'the service did not take it for everybody')
      return text
    },

    async report(event, request) {
      const webhook = await parseWebhook(request, event)
      return { outcome: take(webhook), webhookId: webhook.webhookId }
    },

    take,

    catchUp(session, clientId) {
      forgetUsers()
      const ofSession = rules.selectOfSession(session, users.values())
      if (!ofSession.some((user) => clientId === undefined || user.clientId === clientId))
        throw new Refusal('forbidden', 'sign in at /login first')
      return { messages: parts.history?.list() ?? [], users: makeList() }
    },

    stop() {
      cancelSweep()
      cancelAnnouncing?.()
    },
  }
}
