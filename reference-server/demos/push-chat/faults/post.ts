/** Faults of what a post becomes and who receives it. */
import type { ChatFault, ChatParts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from '../rules/answer.ts'
import type { Post } from '../rules/post.ts'
import type { User } from '../rules/users.ts'

const lateMs = 500

/** Each breaks what the section on posting promises to those who listen. */
export const postFaults: readonly ChatFault[] = [
  {
    name: 'leaves-poster-out',
    misdeed: 'A poster does not receive what it posts again.',
    breaks: ['application.post.delivered'],
    apply: ({ application }) => {
      const send = application.sendMessage
      const isRepeated = makeRepeats()
      application.sendMessage = async (clientId, text) => {
        const isOwn = readSentPost(text)?.client_id === clientId
        return isRepeated(clientId, text) && isOwn ? nobody : send(clientId, text)
      }
    },
  },
  {
    name: 'leaves-gone-poster-out',
    misdeed: 'A poster that counts as offline does not receive its own message.',
    breaks: ['application.post.delivered'],
    apply: (parts) => keepHearers(parts, (user) => user.state !== 'offline'),
  },
  {
    name: 'sends-to-poster-alone',
    misdeed: 'Only the poster receives a message.',
    breaks: ['application.post.delivered', 'application.users.unconnected'],
    apply: (parts) => keepHearers(parts, (user, poster) => user === poster),
  },
  {
    name: 'sends-twice',
    misdeed: 'What a user posts again is sent twice.',
    breaks: ['application.post.delivered'],
    apply: ({ application }) => {
      const send = application.sendMessage
      const isRepeated = makeRepeats()
      application.sendMessage = async (clientId, text) => {
        if (isRepeated(clientId, text)) await send(clientId, text)
        return send(clientId, text)
      }
    },
  },
  {
    name: 'drops-repeated-values',
    misdeed: 'What a user posts again is not sent.',
    breaks: ['application.post.delivered'],
    apply: ({ application }) => {
      const send = application.sendMessage
      const isRepeated = makeRepeats()
      application.sendMessage = async (clientId, text) =>
        isRepeated(clientId, text) ? nobody : send(clientId, text)
    },
  },
  {
    name: 'answers-post-with-ok',
    misdeed: 'A post is answered with a word of its own.',
    breaks: ['application.post.answered'],
    apply: (parts) => changePostAnswer(parts, (answer) => ({ ...answer, text: '{"ok":true}' })),
  },
  {
    name: 'writes-answer-anew',
    misdeed: 'The answer to a post says the same in other bytes.',
    breaks: ['application.post.answered'],
    apply: (parts) =>
      changePostAnswer(parts, (answer) => ({
        ...answer,
        text: JSON.stringify(JSON.parse(answer.text ?? '{}'), null, 1),
      })),
  },
  {
    name: 'answers-post-as-text',
    misdeed: 'The answer to a post is said to be text.',
    breaks: ['application.post.answered'],
    apply: (parts) =>
      changePostAnswer(parts, (answer) => ({
        ...answer,
        headers: { 'content-type': 'text/plain' },
      })),
  },
  {
    name: 'trims-values',
    misdeed: 'Blanks at the ends of a value are cut off.',
    breaks: ['application.post.message'],
    apply: (parts) => changeValue(parts, (value) => value.trim()),
  },
  {
    name: 'escapes-markup-in-values',
    misdeed: 'A value is escaped for a page that writes it as HTML.',
    breaks: ['application.post.message'],
    apply: (parts) => changeValue(parts, (value) => value.replaceAll('<', '&lt;')),
  },
  {
    name: 'reads-forms-as-latin1',
    misdeed: 'Letters of two bytes are read as ISO 8859-1.',
    breaks: ['application.post.message'],
    apply: (parts) =>
      changeValue(parts, (value) =>
        value.replace(/[\u0080-\u07ff]/g, (letter) => Buffer.from(letter).toString('latin1')),
      ),
  },
  {
    name: 'composes-values',
    misdeed: 'A value is brought into the composed form of Unicode.',
    breaks: ['application.post.message'],
    apply: (parts) => changeValue(parts, (value) => value.normalize('NFC')),
  },
  {
    name: 'joins-json-by-hand',
    misdeed: 'A message is put together from pieces of text, as in the article.',
    breaks: ['application.post.message'],
    apply: ({ rules }) => {
      rules.writeMessage = ({ clientId, value }, datetime) =>
        `{"message":{"value":"${value}","client_id":"${clientId}","datetime":"${datetime}"}}`
    },
  },
  {
    name: 'dates-posts-locally',
    misdeed: 'The datetime of a message is written as people write it.',
    breaks: ['application.post.message'],
    apply: ({ rules }) => {
      rules.writeInstant = (ms) => new Date(ms).toString()
    },
  },
  {
    name: 'dates-posts-without-offset',
    misdeed: 'The datetime of a message has no offset.',
    breaks: ['application.post.message'],
    apply: ({ rules }) => {
      rules.writeInstant = (ms) => new Date(ms).toISOString().replace('Z', '')
    },
  },
  {
    name: 'sends-every-ninth-post-late',
    misdeed: 'Every ninth message of a user is sent when it has long been answered.',
    breaks: ['application.post.ordered'],
    apply: ({ application, wallClock }) => {
      const posts = new Map<string, Set<string>>()
      const send = application.sendMessage
      application.sendMessage = async (clientId, text) => {
        const poster = readSentPost(text)?.client_id
        if (poster === undefined) return send(clientId, text)
        const texts = posts.get(poster) ?? new Set()
        posts.set(poster, texts.add(text))
        if ([...texts].indexOf(text) % 9 !== 8) return send(clientId, text)
        wallClock.after(lateMs, () => void send(clientId, text).catch(() => {}))
        return nobody
      }
    },
  },
  {
    name: 'drops-poster-that-was-not-reached',
    misdeed: 'A poster without a connection counts as gone for some seconds.',
    breaks: ['application.users.unconnected'],
    apply: ({ application, rules, userClock }) => {
      const droppedAtMs = new Map<string, number>()
      const isDropped = (clientId: string): boolean =>
        userClock.nowMs() - (droppedAtMs.get(clientId) ?? 0) < 20_000
      const { sendMessage } = application
      const { listUsers, isProven } = rules
      application.sendMessage = async (clientId, text) => {
        const receipt = await sendMessage(clientId, text)
        const isPoster = readSentPost(text)?.client_id === clientId
        if (isPoster && receipt.connections === 0) droppedAtMs.set(clientId, userClock.nowMs())
        return receipt
      }
      rules.listUsers = (users) => listUsers([...users].filter((user) => !isDropped(user.clientId)))
      rules.isProven = (user, ...proof) =>
        user !== undefined && !isDropped(user.clientId) && isProven(user, ...proof)
    },
  },
  {
    name: 'refuses-posts-of-unconnected',
    misdeed: 'Who was never reported connected cannot post.',
    breaks: ['application.users.unconnected'],
    apply: ({ rules }) => {
      const change = rules.changeByPost
      rules.changeByPost = (user, nowMs) => {
        if (user.state === 'fresh') throw new Refusal('unavailable', 'connect first')
        return change(user, nowMs)
      }
    },
  },
]

const nobody = { id: 'msg_none', seq: 1, epoch: 1, connections: 0 }

function readSentPost(text: string): { client_id: string; value: string } | undefined {
  try {
    return JSON.parse(text).message
  } catch {
    return undefined
  }
}

/** Whether a user was sent the same value of the same poster before. */
function makeRepeats(): (clientId: string, text: string) => boolean {
  const sent = new Set<string>()
  return (clientId, text) => {
    const post = readSentPost(text)
    if (post === undefined) return false
    const mark = JSON.stringify([clientId, post.client_id, post.value])
    const isRepeated = sent.has(mark)
    sent.add(mark)
    return isRepeated
  }
}

function keepHearers({ rules }: ChatParts, isKept: (user: User, poster: User) => boolean): void {
  const select = rules.selectHearers
  rules.selectHearers = (users, poster) => {
    const all = [...users]
    const self = all.find(({ clientId }) => clientId === poster.clientId) ?? poster
    return select(all, poster).filter((id) => {
      const user = all.find(({ clientId }) => clientId === id) ?? self
      return isKept(user, self)
    })
  }
}

function changeValue({ rules }: ChatParts, change: (value: string) => string): void {
  const read = rules.readPost
  rules.readPost = (...request): Post => {
    const post = read(...request)
    return { ...post, value: change(post.value) }
  }
}

function changePostAnswer({ rules }: ChatParts, change: (answer: Answer) => Answer): void {
  const make = rules.makePostAnswer
  rules.makePostAnswer = (text) => change(make(text))
}
