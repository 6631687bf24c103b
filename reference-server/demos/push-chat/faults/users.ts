/** Faults of who is listed, who is told, and who is forgotten. */
import type { ChatFault, ChatParts } from '../parts.ts'
import type { User, UserChange, UserReport } from '../rules/users.ts'

/** Each breaks what the section on users promises. */
export const userFaults: readonly ChatFault[] = [
  {
    name: 'lists-gone-users',
    misdeed: 'Lists hold users that came once and went.',
    breaks: ['application.users.present', 'application.users.going'],
    apply: (parts) => {
      const came = new Set<string>()
      changeReports(parts, (made, { clientId }, { event }) => {
        if (event === 'connected') came.add(clientId)
        return made
      })
      const isListed = ({ clientId, state, seen }: User): boolean =>
        state !== 'offline' || (came.has(clientId) && seen?.version === 2)
      parts.rules.listUsers = (users) =>
        [...users].filter(isListed).map(({ clientId }) => ({ client_id: clientId }))
    },
  },
  {
    name: 'lists-online-users-alone',
    misdeed: 'Lists lack users that were not reported yet.',
    breaks: ['application.users.present', 'application.login.answered'],
    apply: ({ rules }) => {
      const list = rules.listUsers
      rules.listUsers = (users) => list([...users].filter(({ state }) => state === 'online'))
    },
  },
  {
    name: 'lists-users-twice',
    misdeed: 'Who came back stands twice in the lists.',
    breaks: ['application.users.present'],
    apply: ({ rules }) => {
      const list = rules.listUsers
      rules.listUsers = (users) => {
        const all = [...users]
        return [...list(all), ...list(all.filter(({ seen }) => seen && seen.version > 2))]
      }
    },
  },
  {
    name: 'lists-unknown-users',
    misdeed: 'Who is reported without ever having signed in is listed.',
    breaks: ['application.users.present'],
    apply: ({ rules }) => {
      const { findUser, makeUser, digestSecret } = rules
      rules.findUser = (users, clientId) => {
        const digest = digestSecret(`nothing of ${clientId}`)
        const facts = { clientId, sessionDigest: digest, tokenDigest: digest }
        return findUser(users, clientId) ?? makeUser(facts, 0)
      }
    },
  },
  {
    name: 'keeps-gone-users-away',
    misdeed: 'Who went does not come back.',
    breaks: ['application.users.present', 'application.users.coming', 'presence.application.newer'],
    apply: (parts) =>
      changeReports(parts, (made, user, { event }) =>
        event === 'connected' && user.state === 'offline' ? { user, isAnnounced: false } : made,
      ),
  },
  {
    name: 'keeps-sign-ins-quiet',
    misdeed: 'Nobody is told when somebody signs in.',
    breaks: ['application.users.coming'],
    apply: ({ rules }) => {
      rules.isLoginAnnounced = () => false
    },
  },
  {
    name: 'keeps-first-reports-quiet',
    misdeed: 'Nobody is told when somebody who signed in is reported connected.',
    breaks: ['application.users.coming'],
    apply: (parts) => silenceReports(parts, 'fresh', 'connected'),
  },
  {
    name: 'keeps-returns-quiet',
    misdeed: 'Nobody is told when somebody comes back.',
    breaks: ['application.users.coming'],
    apply: (parts) => silenceReports(parts, 'offline', 'connected'),
  },
  {
    name: 'keeps-goings-quiet',
    misdeed: 'Nobody is told when somebody who was online goes.',
    breaks: ['application.users.going'],
    apply: (parts) => silenceReports(parts, 'online', 'disconnected'),
  },
  {
    name: 'ignores-disconnected',
    misdeed: 'Who was online stays so when reported disconnected.',
    breaks: ['application.users.going', 'application.users.present', 'presence.application.newer'],
    apply: (parts) =>
      changeReports(parts, (made, user, { event }) =>
        event === 'disconnected' && user.state === 'online' ? { user, isAnnounced: false } : made,
      ),
  },
  {
    name: 'keeps-voided-quiet',
    misdeed: 'Nobody is told whom a started made void.',
    breaks: ['application.users.going'],
    apply: ({ rules }) => {
      const { changeByStarted } = rules
      rules.changeByStarted = (...facts) => ({ ...changeByStarted(...facts), isAnnounced: false })
    },
  },
  {
    name: 'keeps-forgetting-quiet',
    misdeed: 'Nobody is told who is forgotten.',
    breaks: ['application.users.going'],
    apply: ({ rules }) => {
      rules.isForgettingAnnounced = () => false
    },
  },
  {
    name: 'repeats-older-lists',
    misdeed: 'After each list the one before it is sent again.',
    breaks: ['application.users.newest'],
    apply: ({ application }) => {
      const latest = new Map<string, string>()
      const send = application.sendMessage
      application.sendMessage = async (clientId, text) => {
        const receipt = await send(clientId, text)
        if (!text.startsWith('{"users"')) return receipt
        const older = latest.get(clientId)
        latest.set(clientId, text)
        return older === undefined ? receipt : send(clientId, older)
      }
    },
  },
  {
    name: 'never-forgets-idle',
    misdeed: 'Who is offline is remembered for ever.',
    breaks: ['application.idle.forgotten'],
    apply: (parts) => changeForgetting(parts, (isDue, { state }) => isDue && state !== 'offline'),
  },
  {
    name: 'never-forgets-unopened',
    misdeed: 'Who signed in and never came is remembered for ever.',
    breaks: ['application.unopened.forgotten', 'application.users.going'],
    apply: (parts) => changeForgetting(parts, (isDue, { state }) => isDue && state !== 'fresh'),
  },
  {
    name: 'forgets-silent-users',
    misdeed: 'Who is online and posts nothing for 600 seconds is forgotten.',
    breaks: ['application.user.kept'],
    apply: (parts) =>
      changeForgetting(
        parts,
        (isDue, { state, stirredAtMs }, nowMs) =>
          isDue || (state === 'online' && nowMs - stirredAtMs >= 600_000),
      ),
  },
  {
    name: 'counts-idle-from-last-post',
    misdeed: 'Being idle is counted from the last post, also for who was online since.',
    breaks: ['application.user.kept'],
    apply: (parts) =>
      changeReports(parts, (made, { stirredAtMs }) => ({
        ...made,
        user: { ...made.user, stirredAtMs },
      })),
  },
  {
    name: 'counts-idle-from-going-alone',
    misdeed: 'Who is offline and posts is forgotten 600 seconds after going.',
    breaks: ['application.user.kept'],
    apply: ({ rules }) => {
      rules.changeByPost = (user) => user
    },
  },
  {
    name: 'forgets-at-once',
    misdeed: 'Who goes is forgotten half a minute later.',
    breaks: ['application.user.kept'],
    apply: (parts) =>
      changeForgetting(
        parts,
        (isDue, { state, stirredAtMs }, nowMs) =>
          isDue || (state === 'offline' && nowMs - stirredAtMs >= 30_000),
      ),
  },
  {
    name: 'forgets-fresh-users-early',
    misdeed: 'Who signed in and did not come is forgotten after 60 seconds.',
    breaks: ['application.user.kept'],
    apply: (parts) =>
      changeForgetting(
        parts,
        (isDue, { state, loggedInAtMs }, nowMs) =>
          isDue || (state === 'fresh' && nowMs - loggedInAtMs >= 60_000),
      ),
  },
]

function changeReports(
  { rules }: ChatParts,
  change: (made: UserChange, user: User, report: UserReport) => UserChange,
): void {
  const { changeByReport } = rules
  rules.changeByReport = (user, report, nowMs) =>
    change(changeByReport(user, report, nowMs), user, report)
}

function silenceReports(parts: ChatParts, state: User['state'], event: UserReport['event']): void {
  changeReports(parts, (made, user, report) =>
    user.state === state && report.event === event ? { ...made, isAnnounced: false } : made,
  )
}

function changeForgetting(
  { rules }: ChatParts,
  change: (isDue: boolean, user: User, nowMs: number) => boolean,
): void {
  const { isForgettable } = rules
  rules.isForgettable = (user, nowMs) => change(isForgettable(user, nowMs), user, nowMs)
}
