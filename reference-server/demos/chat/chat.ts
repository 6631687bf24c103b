/** The doings of the simple chat: it alone joins users, messages and what is pushed. */
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Application, Webhook } from '@channel-protocol/reference-server/application'
import type { Clock } from '../push-chat/clock.ts'
import { makeOutbox } from '../push-chat/outbox.ts'
import type { Complain } from '../push-chat/parts.ts'
import { Refusal } from '../push-chat/refusal.ts'
import { cleanNick, cleanText, UnfitTextError } from './clean-text.ts'
import { type ChatMessage, makeChatMessages } from './messages.ts'
import { writeMessages } from './pages.ts'
import { type ChatUser, makeChatUsers } from './users.ts'

const mostHere = 500
const mostPosts = 200

/** Client ids of the chat begin with this. */
export const CHAT_PREFIX = 'chat-'

/** What the chat needs. */
export interface SimpleChatParts {
  application: Pick<Application, 'createChannel' | 'sendMessage'>
  clock: Clock
  complain: Complain
  store: DatabaseSync
  /** The IANA name of the zone in which messages have their time of day. */
  timeZone: string
}

/** Somebody who entered. */
export interface Entered {
  nick: string
  channelId: string
  token: string
  messages: ChatMessage[]
}

/** A session as it is stored, and the channel id that it speaks for; both may be anything. */
export interface Claim {
  channelId: string | undefined
  sessionDigest: string | undefined
}

/** The chat; refused requests are thrown as Refusal. */
export interface SimpleChat {
  /** Whether anybody entered with that session. */
  hasSession(sessionDigest: string): boolean
  /** Lets somebody in, or answers what to tell whoever may not; an empty text where there is no nick at all. */
  enter(nick: string, sessionDigest: string): Promise<Entered | string>
  /** Makes another token for a page whose token died. */
  renew(claim: Claim): Promise<string>
  /** Says something to everybody; answers the text that they are sent. */
  say(claim: Claim, text: string): Promise<string>
  /** The latest messages as markup, for whoever entered, even one who is on the way back. */
  catchUp(claim: Claim): Promise<string>
  /** Takes a webhook that was verified. */
  take(webhook: Webhook): void
  /** Forgets who never opened a channel within 120 seconds; answers how many were forgotten. */
  cleanUp(): number
}

/** Makes the chat that is kept in a store. */
export function makeSimpleChat(parts: SimpleChatParts): SimpleChat {
  const { application, clock, complain, timeZone } = parts
  const users = makeChatUsers(parts.store)
  const messages = makeChatMessages(parts.store)
  const outbox = makeOutbox({ send: application.sendMessage, clock, complain })
  let postsInFlight = 0

  /** Knowing a channel id proves nothing: it belongs to the session that made it. */
  function demandUser({ channelId, sessionDigest }: Claim): ChatUser {
    const user = channelId === undefined ? undefined : users.find(channelId)
    if (user === undefined || user.sessionDigest !== sessionDigest)
      throw new Refusal('forbidden', 'this channel id was not made for you; enter the chat again')
    return user
  }

  async function createToken(channelId: string): Promise<string> {
    try {
      return (await application.createChannel(channelId)).token
    } catch (cause) {
      complain('the service gave no token', cause)
      throw new Refusal('unavailable', 'the channel service gave no token; try again in a moment')
    }
  }

  return {
    hasSession: (sessionDigest) => users.hasSession(sessionDigest),

    async enter(given, sessionDigest) {
      let nick: string
      try {
        nick = cleanNick(given)
      } catch (cause) {
        if (cause instanceof UnfitTextError) return cause.message
        throw cause
      }
      if (nick === '') return ''
      if (users.listHere().length >= mostHere) return 'The chat is full; come back in some minutes'
      const channelId = CHAT_PREFIX + randomUUID()
      const isFree = users.enter({ channelId, nick, sessionDigest }, clock.nowMs())
      if (!isFree) return 'That nickname is taken'
      try {
        const token = await createToken(channelId)
        return { nick, channelId, token, messages: messages.list() }
      } catch (cause) {
        users.remove(channelId)
        throw cause
      }
    },

    renew: async (claim) => createToken(demandUser(claim).channelId),

    async say(claim, given) {
      const { nick, isHere } = demandUser(claim)
      if (!isHere)
        throw new Refusal(
          'forbidden',
          'the chat has you as gone; wait until you are connected again, or enter anew',
        )
      const message = { nick, text: readText(given), atMs: clock.nowMs() }
      if (postsInFlight >= mostPosts)
        throw new Refusal('over-capacity', 'too many messages at once; try again in a moment')
      const html = String(await writeMessages([message], timeZone))
      const text = JSON.stringify({ success: true, html })
      messages.add(message)
      postsInFlight += 1
      const isSent = await outbox.post(users.listHere(), text)
      postsInFlight -= 1
      if (!isSent) throw new Refusal('unavailable', 'the service did not take it for everybody')
      return text
    },

    async catchUp(claim) {
      demandUser(claim)
      return String(await writeMessages(messages.list(), timeZone))
    },

    take(webhook) {
      const { event } = webhook
      if (event === 'connected' || event === 'disconnected') users.note(webhook, clock.nowMs())
      else if (event === 'started') users.started(webhook.epoch, clock.nowMs())
    },

    cleanUp: () => users.cleanUp(clock.nowMs()),
  }
}

function readText(given: string): string {
  try {
    return cleanText(given)
  } catch (cause) {
    if (cause instanceof UnfitTextError) throw new Refusal('malformed-request', cause.message)
    throw cause
  }
}
