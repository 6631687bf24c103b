/** Faults of refusals. */
import { PROBLEMS } from '@channel-protocol/schemas/registry'
import type { Fault } from '../parts.ts'
import { Refusal } from '../refusal.ts'

/** Each breaks what the chapter on problems promises of every service. */
export const problemFaults: readonly Fault[] = [
  {
    name: 'refuses-with-200',
    misdeed: 'A request to an unknown path is answered with status 200 and a problem document.',
    breaks: ['problem.document.shape', 'problem.path.unknown', 'security.controls.unreachable'],
    apply: ({ rules }) => {
      rules.decideProblemStatus = ({ code, status }) => (code === 'not-found' ? 200 : status)
    },
  },
  {
    name: 'sends-problems-as-plain-json',
    misdeed: 'A problem document has the media type application/json.',
    breaks: ['problem.document.shape'],
    apply: ({ rules }) => {
      rules.decideProblemMediaType = () => 'application/json'
    },
  },
  {
    name: 'counts-problem-status-wrongly',
    misdeed: 'The member status of a problem document is one more than the status of the answer.',
    breaks: ['problem.document.shape'],
    apply: ({ rules }) => {
      const make = rules.makeProblem
      rules.makeProblem = (refusal) => ({ ...make(refusal), status: make(refusal).status + 1 })
      rules.decideProblemStatus = ({ code }) => PROBLEMS[code].status
    },
  },
  {
    name: 'titles-problems-freely',
    misdeed: 'The title of a problem document is not that of the registry.',
    breaks: ['problem.document.shape'],
    apply: ({ rules }) => {
      const make = rules.makeProblem
      rules.makeProblem = (refusal) => ({ ...make(refusal), title: 'Something went wrong' })
    },
  },
  {
    name: 'gives-problems-no-type',
    misdeed: 'The type of a problem document is about:blank.',
    breaks: ['problem.document.shape'],
    apply: ({ rules }) => {
      const make = rules.makeProblem
      rules.makeProblem = (refusal) => ({ ...make(refusal), type: 'about:blank' })
    },
  },
  {
    name: 'gives-rarer-problems-no-type',
    misdeed: 'The type of the problem documents with 405, 408, 415, 431 and 501 is about:blank.',
    breaks: ['problem.document.shape'],
    apply: ({ rules }) => {
      const make = rules.makeProblem
      rules.makeProblem = (refusal) => {
        const problem = make(refusal)
        const isRare = [405, 408, 415, 431, 501].includes(problem.status)
        return isRare ? { ...problem, type: 'about:blank' } : problem
      }
    },
  },
  {
    name: 'gives-upgrade-problems-no-type',
    misdeed: 'The type of the problem document that refuses an upgrade is about:blank.',
    breaks: ['problem.document.shape'],
    apply: ({ rules }) => {
      const make = rules.makeProblem
      rules.makeProblem = (refusal) =>
        refusal.slug === 'upgrade-required'
          ? { ...make(refusal), type: 'about:blank' }
          : make(refusal)
    },
  },
  {
    name: 'reads-broken-json-as-empty',
    misdeed: 'A body that is not JSON is read as an object without members.',
    breaks: ['problem.body.malformed'],
    apply: ({ rules }) => {
      const parse = rules.parseBody
      rules.parseBody = (text) => (isJson(text) ? parse(text) : {})
    },
  },
  {
    name: 'reads-json-as-scripts-do',
    misdeed: 'NaN, Infinity, comments and a comma too many in a body are read over.',
    breaks: ['problem.body.malformed'],
    apply: ({ rules }) => {
      const parse = rules.parseBody
      const mend = (text: string): string =>
        text
          .replace(/\/\*.*?\*\//g, '')
          .replace(/:\s*-?(NaN|Infinity)\b/g, ':0')
          .replace(/,\s*\}/g, '}')
      rules.parseBody = (text) => parse(isJson(text) ? text : mend(text))
    },
  },
  {
    name: 'takes-any-json-for-an-object',
    misdeed: 'A body that is JSON, but no object, is read as an object without members.',
    breaks: ['problem.body.malformed'],
    apply: ({ rules }) => {
      const parse = rules.parseBody
      rules.parseBody = (text) =>
        isJson(text) && !text.trimStart().startsWith('{') ? {} : parse(text)
    },
  },
  {
    name: 'serves-paths-below-a-call',
    misdeed: 'A path below that of a call is served as that call.',
    breaks: ['problem.path.unknown'],
    apply: ({ rules }) => {
      const decide = rules.decideRoute
      rules.decideRoute = (path) => decide(path.replace(/^(\/v1\/(tokens|messages))\/.*/, '$1'))
    },
  },
  {
    name: 'serves-paths-with-a-slash-behind',
    misdeed: 'A path of a call with a slash behind it is served as that call.',
    breaks: ['problem.path.unknown'],
    apply: ({ rules }) => {
      const decide = rules.decideRoute
      rules.decideRoute = (path) => decide(path.replace(/\/$/, ''))
    },
  },
  {
    name: 'ignores-case-of-paths',
    misdeed: 'A path is recognised in any case.',
    breaks: ['problem.path.unknown'],
    apply: ({ rules }) => {
      const decide = rules.decideRoute
      rules.decideRoute = (path) => decide(path.toLowerCase())
    },
  },
  {
    name: 'refuses-unknown-members',
    misdeed: 'A body with a member that the call does not know is refused.',
    breaks: ['problem.unknown.ignored'],
    apply: ({ rules }) => {
      const select = rules.selectMembers
      rules.selectMembers = (body, known) => {
        if (Object.keys(body).every((name) => known.includes(name))) return select(body, known)
        throw new Refusal('malformed-request', 'the body has an unknown member')
      }
    },
  },
  {
    name: 'refuses-unknown-parameters',
    misdeed: 'A post with a query is refused for its key.',
    breaks: ['problem.unknown.ignored'],
    apply: ({ rules }) => {
      const decide = rules.decideKey
      rules.decideKey = (offered, live, call) =>
        call.method === 'POST' && call.query !== '' ? 'unknown' : decide(offered, live, call)
    },
  },
]

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
