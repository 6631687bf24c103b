/** Faults of reading what is the same in another spelling. */
import type { Fault } from '../parts.ts'
import { Refusal } from '../refusal.ts'

/** Each breaks what the chapter on problems promises about requests that differ in their spelling alone. */
export const problemSpellingFaults: readonly Fault[] = [
  {
    name: 'refuses-escaped-names',
    misdeed: 'A body with an escape in the name of a member is refused.',
    breaks: ['problem.json.alike'],
    apply: ({ rules }) => {
      const parse = rules.parseBody
      rules.parseBody = (text) => {
        const names = text.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)/g)
        if ([...names].some(([, name, colon]) => colon && name?.includes('\\u')))
          throw new Refusal('malformed-request', 'write the names of members plainly')
        return parse(text)
      }
    },
  },
  {
    name: 'wants-client-id-first',
    misdeed: 'A message whose client_id stands behind its data is refused.',
    breaks: ['problem.json.alike'],
    apply: ({ rules }) => {
      const parse = rules.parseBody
      rules.parseBody = (text) => {
        const body = parse(text)
        const names = Object.keys(body)
        if (names.indexOf('client_id') > names.indexOf('data') && 'data' in body)
          throw new Refusal('malformed-request', 'client_id comes first')
        return body
      }
    },
  },
  {
    name: 'wants-length-of-token-requests',
    misdeed: 'A request for a token whose body comes in chunks is taken for one without a body.',
    breaks: ['problem.request.alike'],
    apply: ({ rules }) => {
      const decide = rules.decideIsBodyThere
      rules.decideIsBodyThere = (length, coding, route) =>
        decide(length, route === 'token' ? undefined : coding, route)
    },
  },
  {
    name: 'overlooks-shouted-headers',
    misdeed: 'The application key is not seen in a header whose name is written in capitals.',
    breaks: ['problem.request.alike'],
    apply: ({ rules }) => {
      const select = rules.selectAuthorization
      rules.selectAuthorization = (offered, names) =>
        names.includes('AUTHORIZATION') ? undefined : select(offered, names)
    },
  },
]
