import { expect, test } from 'vitest'
import { makeApplication } from '../../application/index.ts'
import { makeChat } from '../../demos/push-chat/chat.ts'
import type { ChatParts } from '../../demos/push-chat/parts.ts'
import { makeChatRules } from '../../demos/push-chat/rules/rule-book.ts'
import { makeFakeClock } from '../fake-clock.ts'

function start(change: (parts: ChatParts) => void = () => {}) {
  const settings = { serviceUrl: 'http://127.0.0.1:1', applicationKey: 'key', webhookSecrets: [] }
  const sent: string[] = []
  const clock = makeFakeClock()
  const userClock = makeFakeClock()
  let count = 0
  const parts: ChatParts = {
    settings,
    rules: makeChatRules(),
    application: {
      ...makeApplication({ baseUrl: settings.serviceUrl, applicationKey: 'key' }),
      createChannel: async (clientId) => ({
        token: `token of ${clientId}`,
        clientId,
        connectUrl: 'ws://127.0.0.1:1/v1/connect',
        expiresAt: '2027-01-15T08:00:00.000Z',
      }),
      sendMessage: async (clientId, text) => {
        sent.push(`${clientId} ${text}`)
        return { id: 'msg_1', seq: 1, epoch: 1, connections: 0 }
      },
    },
    userClock,
    wallClock: clock,
    makeClientId: () => {
      count += 1
      return `u${count}`
    },
    makeSessionId: () => 's1',
    complain: () => {},
  }
  change(parts)
  return { chat: makeChat(parts), sent, clock, userClock }
}

function post(clientId: string) {
  const form = new URLSearchParams({
    client_id: clientId,
    value: 'x',
    token: `token of ${clientId}`,
  })
  const contentType = 'application/x-www-form-urlencoded'
  const body = Buffer.from(form.toString())
  return { contentType, query: '', body, session: undefined, isOwnPage: true }
}

test('comings that are close together make one list', async () => {
  const { chat, sent, clock } = start()
  await chat.login(undefined)
  await chat.login(undefined)
  expect(sent).toEqual([])
  await clock.advance(100)
  const list = '{"users":[{"client_id":"u1"},{"client_id":"u2"}]}'
  expect(sent).toEqual([`u1 ${list}`, `u2 ${list}`])
  await chat.login(undefined)
  await clock.advance(100)
  expect(sent).toHaveLength(5)
  chat.stop()
  expect(clock.waiting()).toBe(0)
})

test('the clean-up runs by itself and tells who is left', async () => {
  const { chat, sent, clock, userClock } = start()
  await chat.login(undefined)
  await userClock.advance(60_000)
  await chat.login(undefined)
  await clock.advance(100)
  sent.length = 0
  await userClock.advance(60_000)
  await clock.advance(100)
  expect(sent).toEqual(['u2 {"users":[{"client_id":"u2"}]}'])
  await expect(chat.post(post('u1'))).rejects.toMatchObject({ code: 'forbidden' })
  chat.stop()
  expect(userClock.waiting()).toBe(0)
})

test('a post that the service did not take for everybody is not answered as sent', async () => {
  const { chat } = start(({ application }) => {
    application.sendMessage = async () => {
      throw new Error('gone')
    }
  })
  await chat.login(undefined)
  await expect(chat.post(post('u1'))).rejects.toMatchObject({ code: 'unavailable' })
  chat.stop()
})

test('nobody signs in where there are too many users, or where the service gives no token', async () => {
  const full = start(({ rules }) => {
    rules.isFull = () => true
  })
  await expect(full.chat.login(undefined)).rejects.toMatchObject({ code: 'over-capacity' })
  full.chat.stop()
  const alone = start(({ application }) => {
    application.createChannel = async () => {
      throw new Error('gone')
    }
  })
  await expect(alone.chat.login(undefined)).rejects.toMatchObject({ code: 'unavailable' })
  alone.chat.stop()
})
