import { expect, test } from 'vitest'
import type { ChatParts } from '../../demos/push-chat/parts.ts'
import { applyChatFault, watchChat } from '../../demos/push-chat/reach.ts'

/** As much of a chat's parts as a fault and a watch look at. */
function makeParts(): ChatParts {
  const parts = {
    settings: {},
    rules: { writeInstant: () => 'now', isLoginAnnounced: () => true },
    application: { sendMessage: async () => 'sent', createChannel: async () => 'made' },
    makeSessionId: () => 'secret',
  }
  return parts as unknown as ChatParts
}

const changedBy = (apply: (parts: ChatParts) => void): string[] =>
  applyChatFault({ name: 'a fault', misdeed: '', breaks: [], apply }, makeParts())

function watched(use: (parts: ChatParts) => unknown): Set<string> {
  const parts = makeParts()
  const asked = new Set<string>()
  watchChat(parts, asked)
  use(parts)
  return asked
}

test('a fault changes the rules, calls of the service and other parts that it replaces', () => {
  expect(
    changedBy((parts) => {
      parts.rules.isLoginAnnounced = () => false
      parts.application.sendMessage = async () => ({}) as never
      parts.makeSessionId = () => '1'
    }).sort(),
  ).toEqual(['application.sendMessage', 'makeSessionId', 'rules.isLoginAnnounced'])
})

test('whoever asks a chat for anything meets a fault of a part that is not watched', () => {
  expect(watched(() => {})).toContain('makeSessionId')
})

test('whoever asks a chat for anything meets a fault of which nobody sees what it changes', () => {
  const [everywhere = ''] = changedBy(() => {})
  expect(watched(() => {})).toContain(everywhere)
})

test('a rule is asked for when it is called, and answers as before', () => {
  const asked = watched(({ rules }) => expect(rules.writeInstant(0, 'UTC')).toBe('now'))
  expect(asked).toContain('rules.writeInstant')
  expect(asked).not.toContain('rules.isLoginAnnounced')
})

test('a call of the service is asked for when it is made, and answers as before', async () => {
  let answer: unknown
  const asked = watched(({ application }) => {
    answer = application.sendMessage('ada', 'hello')
  })
  expect(await answer).toBe('sent')
  expect(asked).toContain('application.sendMessage')
  expect(asked).not.toContain('application.createChannel')
})

test('a fault that takes the whole rule book changes each of its rules that differ', () => {
  const changed = changedBy((parts) => {
    parts.rules = { ...parts.rules, isLoginAnnounced: () => false }
  })
  expect(changed.sort()).toEqual(['rules', 'rules.isLoginAnnounced'])
})
