/** Faults of how the form of a post is read and which posts are refused for their form. */
import type { ChatFault, ChatParts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import type { Answer } from '../rules/answer.ts'

const formType = 'application/x-www-form-urlencoded'
const browserTypes = [formType, `${formType};charset=UTF-8`]

/** Each breaks what the section on posting promises about forms. */
export const refusedPostFaults: readonly ChatFault[] = [
  {
    name: 'wants-media-type-alone',
    misdeed: 'A form whose media type is not written as browsers write it is refused.',
    breaks: ['application.post.form'],
    apply: ({ rules }) => {
      const read = rules.readPost
      rules.readPost = (contentType, ...rest) =>
        read(browserTypes.includes(contentType ?? '') ? contentType : 'text/plain', ...rest)
    },
  },
  {
    name: 'lets-query-outweigh-form',
    misdeed: 'What the URL says in its query takes the place of the form.',
    breaks: ['application.post.form'],
    apply: ({ rules }) => {
      const read = rules.readPost
      rules.readPost = (contentType, body, query) =>
        read(contentType, Buffer.concat([Buffer.from(`${query}&`), body]), query)
    },
  },
  {
    name: 'refuses-unknown-fields',
    misdeed: 'A form with a field of another name is refused.',
    breaks: ['application.post.form'],
    apply: ({ rules }) => {
      const read = rules.readPost
      rules.readPost = (contentType, body, query) => {
        const known = ['client_id', 'value', 'token']
        for (const name of new URLSearchParams(Buffer.from(body).toString()).keys())
          if (!known.includes(name)) throw new Refusal('malformed-request', 'an unknown field')
        return read(contentType, body, query)
      }
    },
  },
  {
    name: 'takes-empty-values',
    misdeed: 'A post of nothing is sent.',
    breaks: ['application.post.incomplete'],
    apply: ({ rules }) => {
      const read = rules.readPost
      rules.readPost = (contentType, body, query) => {
        const fields = new URLSearchParams(Buffer.from(body).toString())
        const clientId = fields.get('client_id')
        if (fields.get('value') !== '' || !clientId) return read(contentType, body, query)
        return { clientId, value: '', token: fields.get('token') ?? undefined }
      }
    },
  },
  {
    name: 'answers-422-to-incomplete',
    misdeed: 'A post that lacks something is answered with 422.',
    breaks: ['application.post.incomplete'],
    apply: (parts) => changeStatus(parts, 400, 422),
  },
  {
    name: 'takes-missing-name-for-unknown',
    misdeed: 'A post without a client id is answered with 403.',
    breaks: ['application.post.incomplete'],
    apply: ({ rules }) => {
      const read = rules.readPost
      rules.readPost = (contentType, body, query) => {
        const isNamed = new URLSearchParams(Buffer.from(body).toString()).get('client_id')
        if (!isNamed && browserTypes.includes(contentType ?? ''))
          throw new Refusal('forbidden', 'sign in')
        return read(contentType, body, query)
      }
    },
  },
  {
    name: 'reads-any-type-as-form',
    misdeed: 'A form of any media type is taken.',
    breaks: ['application.post.media-type'],
    apply: ({ rules }) => {
      const read = rules.readPost
      rules.readPost = (_contentType, ...rest) => read(formType, ...rest)
    },
  },
  {
    name: 'reads-json-too',
    misdeed: 'A post as JSON is taken.',
    breaks: ['application.post.media-type'],
    apply: ({ rules }) => {
      const read = rules.readPost
      rules.readPost = (contentType, body, query) => {
        if (contentType !== 'application/json') return read(contentType, body, query)
        const form = new URLSearchParams(JSON.parse(Buffer.from(body).toString()))
        return read(formType, Buffer.from(String(form)), query)
      }
    },
  },
  {
    name: 'compares-beginnings-of-types',
    misdeed: 'A media type that only begins like that of a form is taken.',
    breaks: ['application.post.media-type'],
    apply: ({ rules }) => {
      const read = rules.readPost
      rules.readPost = (contentType, ...rest) =>
        read(contentType?.startsWith(formType) ? formType : contentType, ...rest)
    },
  },
  {
    name: 'bounds-values-at-10000',
    misdeed: 'A message of more than 10,000 bytes is refused.',
    breaks: ['application.post.size'],
    apply: ({ rules }) => {
      const demand = rules.demandSize
      rules.demandSize = (text) => demand(Buffer.byteLength(text) > 10_000 ? 'x'.repeat(1e6) : text)
    },
  },
  {
    name: 'bounds-bodies-at-64-kib',
    misdeed: 'A form of more than 64 KiB is refused, although its values may be shorter.',
    breaks: ['application.post.size'],
    apply: ({ rules }) => {
      rules.decideMaxBodyBytes = () => 65_536
    },
  },
  {
    name: 'cuts-long-values',
    misdeed: 'A value that is too long is cut and sent.',
    breaks: ['application.post.too-large'],
    apply: ({ rules }) => {
      const { writeMessage } = rules
      const isLong = (text: string): boolean => Buffer.byteLength(text) > 32_767
      rules.writeMessage = (post, datetime) => {
        let text = writeMessage(post, datetime)
        for (let { value } = post; isLong(text); text = writeMessage({ ...post, value }, datetime))
          value = value.slice(0, value.length - 1000)
        return text
      }
    },
  },
  {
    name: 'answers-502-to-long-values',
    misdeed: 'A value that is too long is answered as if the service had failed.',
    breaks: ['application.post.too-large'],
    apply: (parts) => changeStatus(parts, 413, 502),
  },
  {
    name: 'refuses-in-html',
    misdeed: 'A refusal is explained in HTML.',
    breaks: ['application.refusal.problem'],
    apply: ({ rules }) => {
      const make = rules.makeRefusalAnswer
      rules.makeRefusalAnswer = (refusal): Answer => ({
        ...make(refusal),
        headers: { 'content-type': 'text/html' },
        text: `<p>${refusal.message}</p>`,
      })
    },
  },
]

function changeStatus({ rules }: ChatParts, from: number, to: number): void {
  const make = rules.makeRefusalAnswer
  rules.makeRefusalAnswer = (refusal) => {
    const answer = make(refusal)
    return answer.status === from ? { ...answer, status: to } : answer
  }
}
