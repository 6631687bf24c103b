/** Faults of signing in: answers, client ids and sessions. */
import type { ChatFault, ChatParts } from '../parts.ts'
import type { Answer } from '../rules/answer.ts'

/** Each breaks what the section on signing in promises. */
export const signInFaults: readonly ChatFault[] = [
  {
    name: 'leaves-newcomer-out-of-answer',
    misdeed: 'The list in the answer to a sign-in lacks whom it is about.',
    breaks: ['application.login.answered'],
    apply: ({ rules }) => {
      const make = rules.makeLoginAnswer
      rules.makeLoginAnswer = (login, cookie) => {
        const users = login.users.filter((user) => user.client_id !== login.clientId)
        return make({ ...login, users }, cookie)
      }
    },
  },
  {
    name: 'answers-login-as-text',
    misdeed: 'The answer to a sign-in is said to be text.',
    breaks: ['application.login.answered'],
    apply: (parts) => setLoginHeader(parts, { 'content-type': 'text/html; charset=utf-8' }),
  },
  {
    name: 'answers-users-as-ids',
    misdeed: 'The list in the answer to a sign-in holds bare client ids.',
    breaks: ['application.login.answered'],
    apply: (parts) =>
      changeLogin(parts, (members) => {
        const users = members.users as { client_id: string }[]
        return { ...members, users: users.map((user) => user.client_id) }
      }),
  },
  {
    name: 'names-users-by-session',
    misdeed: 'A second sign-in of a session gets the client id of the first.',
    breaks: ['application.login.new'],
    apply: ({ rules }) => {
      rules.chooseClientId = (fresh, ofSession) => ofSession[0]?.clientId ?? fresh
    },
  },
  {
    name: 'mints-for-another-id',
    misdeed: 'The token is one for a client id that nobody has.',
    breaks: ['application.login.opens'],
    apply: ({ application }) => {
      const create = application.createChannel
      application.createChannel = (clientId) => create(`${clientId}-page`)
    },
  },
  {
    name: 'lets-login-be-cached',
    misdeed: 'The answer to a sign-in may be cached for a minute.',
    breaks: ['application.login.no-store'],
    apply: (parts) => setLoginHeader(parts, { 'cache-control': 'private, max-age=60' }),
  },
  {
    name: 'shows-session-to-scripts',
    misdeed: 'Scripts of a page can read the session.',
    breaks: ['application.session.cookie'],
    apply: (parts) => changeCookie(parts, (cookie) => cookie.replace('; HttpOnly', '')),
  },
  {
    name: 'sends-session-across-sites',
    misdeed: 'Browsers send the session along with requests of any site.',
    breaks: ['application.session.cookie'],
    apply: (parts) =>
      changeCookie(parts, (cookie) => cookie.replace('SameSite=Lax', 'SameSite=None; Secure')),
  },
  {
    name: 'numbers-sessions',
    misdeed: 'Sessions are counted.',
    breaks: ['application.session.cookie'],
    apply: (parts) => {
      let count = 1_000_000
      parts.makeSessionId = () => {
        count += 1
        return String(count)
      }
    },
  },
  {
    name: 'adopts-sessions',
    misdeed: 'A session that a request invents is taken for one that was begun.',
    breaks: ['application.session.cookie'],
    apply: ({ rules }) => {
      rules.chooseSession = (given, _ofSession, fresh) => given ?? fresh
    },
  },
  {
    name: 'begins-session-with-every-login',
    misdeed: 'A sign-in that carries a session gets another.',
    breaks: ['application.session.shared'],
    apply: ({ rules }) => {
      rules.chooseSession = (_given, _ofSession, fresh) => fresh
    },
  },
  {
    name: 'keeps-one-user-per-session',
    misdeed: 'A session proves only the client id of its latest sign-in.',
    breaks: ['application.session.shared'],
    apply: ({ rules }) => {
      const latest = new Map<string, string>()
      const { makeUser, isProven } = rules
      rules.makeUser = (facts, nowMs) => {
        latest.set(facts.sessionDigest, facts.clientId)
        return makeUser(facts, nowMs)
      }
      rules.isProven = (user, proof, isOwnPage) =>
        isProven(user, proof, isOwnPage) &&
        (proof.token !== undefined || latest.get(user?.sessionDigest ?? '') === user?.clientId)
    },
  },
  {
    name: 'lists-addresses',
    misdeed: 'Lists tell the address of every user.',
    breaks: ['application.address.hidden'],
    apply: ({ rules }) => {
      const list = rules.listUsers
      rules.listUsers = (users) => list(users).map((user) => ({ ...user, ip: '192.0.2.1' }))
    },
  },
  {
    name: 'tells-address-of-poster',
    misdeed: 'A message tells the address of its poster.',
    breaks: ['application.address.hidden'],
    apply: ({ rules }) => {
      const write = rules.writeMessage
      rules.writeMessage = (...facts) => write(...facts).replace(/\}\}$/, ',"ip":"192.0.2.1"}}')
    },
  },
  {
    name: 'tells-application-key',
    misdeed: 'The answer to a sign-in holds the application key.',
    breaks: ['application.secret.hidden'],
    apply: (parts) =>
      changeLogin(parts, (members) => ({
        ...members,
        application_key: parts.settings.applicationKey,
      })),
  },
]

function changeLoginAnswer({ rules }: ChatParts, change: (answer: Answer) => Answer): void {
  const make = rules.makeLoginAnswer
  rules.makeLoginAnswer = (login, cookie) => change(make(login, cookie))
}

function setLoginHeader(parts: ChatParts, headers: Record<string, string>): void {
  changeLoginAnswer(parts, (answer) => ({ ...answer, headers: { ...answer.headers, ...headers } }))
}

function changeLogin(
  parts: ChatParts,
  change: (members: Record<string, unknown>) => Record<string, unknown>,
): void {
  changeLoginAnswer(parts, (answer) => ({
    ...answer,
    text: JSON.stringify(change(JSON.parse(answer.text ?? '{}'))),
  }))
}

function changeCookie({ rules }: ChatParts, change: (cookie: string) => string): void {
  const write = rules.writeSessionCookie
  rules.writeSessionCookie = (session, isSecure) => change(write(session, isSecure))
}
