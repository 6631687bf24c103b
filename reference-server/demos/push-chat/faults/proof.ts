/** Faults of who may post. */
import type { ChatFault, ChatParts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import type { Post } from '../rules/post.ts'
import type { Proof } from '../rules/session.ts'
import type { User } from '../rules/users.ts'

/** Each breaks what the section on posting promises about proof. */
export const proofFaults: readonly ChatFault[] = [
  {
    name: 'wants-own-origin-with-token',
    misdeed: 'A token proves nothing on a page of another origin.',
    breaks: ['application.post.token'],
    apply: (parts) =>
      changeProof(parts, (isProven, _user, { token }, isOwnPage) =>
        token === undefined ? isProven : isProven && isOwnPage,
      ),
  },
  {
    name: 'wants-cookie-with-token',
    misdeed: 'A token proves nothing without a session.',
    breaks: ['application.post.token'],
    apply: (parts) =>
      changeProof(parts, (isProven, _user, { session }) => isProven && session !== undefined),
  },
  {
    name: 'wants-origin-with-cookie',
    misdeed: 'A session proves nothing where the browser sent no Origin.',
    breaks: ['application.post.session'],
    apply: (parts) => setOwnOrigin(parts, (origin, own) => origin === own),
  },
  {
    name: 'wants-no-origin-with-cookie',
    misdeed: 'A session proves nothing where the browser sent an Origin.',
    breaks: ['application.post.session'],
    apply: (parts) => setOwnOrigin(parts, (origin) => origin === undefined),
  },
  {
    name: 'reads-last-cookie-alone',
    misdeed: 'A session is found only as the last of the cookies.',
    breaks: ['application.post.session'],
    apply: ({ rules }) => {
      const read = rules.readSession
      rules.readSession = (cookies) => read(cookies?.split(';').at(-1))
    },
  },
  {
    name: 'trusts-client-ids',
    misdeed: 'Whoever knows a client id may post as it, but for pages of other origins.',
    breaks: ['application.post.unproven'],
    apply: (parts) =>
      changeProof(
        parts,
        (isProven, user, _proof, isOwnPage) => isProven || (user !== undefined && isOwnPage),
      ),
  },
  {
    name: 'takes-any-session',
    misdeed: 'Any session that was begun proves every client id.',
    breaks: ['application.post.unproven'],
    apply: (parts) => {
      const known = rememberLogins(parts, ({ sessionDigest }) => sessionDigest)
      changeProof(parts, (isProven, user, { token, session }, isOwnPage) => {
        const isKnown = session !== undefined && known.has(parts.rules.digestSecret(session))
        return isProven || (user !== undefined && token === undefined && isOwnPage && isKnown)
      })
    },
  },
  {
    name: 'takes-any-token',
    misdeed: 'Any token that was given out proves every client id.',
    breaks: ['application.post.unproven'],
    apply: (parts) => {
      const known = rememberLogins(parts, ({ tokenDigest }) => tokenDigest)
      changeProof(parts, (isProven, user, { token }) => {
        const isKnown = token !== undefined && known.has(parts.rules.digestSecret(token))
        return isProven || (user !== undefined && isKnown)
      })
    },
  },
  {
    name: 'lets-session-outweigh-token',
    misdeed: 'A session makes up for a token that is wrong.',
    breaks: ['application.post.unproven'],
    apply: ({ rules }) => {
      const { isProven } = rules
      rules.isProven = (user, proof, isOwnPage) =>
        isProven(user, proof, isOwnPage) ||
        isProven(user, { ...proof, token: undefined }, isOwnPage)
    },
  },
  {
    name: 'takes-unknown-posters',
    misdeed: 'A client id that nobody ever had may post, with whatever proof.',
    breaks: ['application.post.unproven'],
    apply: (parts) => {
      const { findUser, makeUser } = parts.rules
      const isStranger = watchStrangers(parts)
      const nobody = { sessionDigest: '', tokenDigest: '' }
      parts.rules.findUser = (users, clientId) =>
        isStranger(clientId) ? makeUser({ clientId, ...nobody }, 0) : findUser(users, clientId)
      const { isProven } = parts.rules
      parts.rules.isProven = (user, ...proof) =>
        user?.tokenDigest === '' || isProven(user, ...proof)
    },
  },
  {
    name: 'answers-404-to-unknown-posters',
    misdeed: 'A post as a client id that nobody ever had is answered with 404.',
    breaks: ['application.post.unproven'],
    apply: (parts) => {
      const { findUser } = parts.rules
      const isStranger = watchStrangers(parts)
      parts.rules.findUser = (users, clientId) => {
        if (isStranger(clientId)) throw new Refusal('not-found', 'there is no such user')
        return findUser(users, clientId)
      }
    },
  },
  {
    name: 'sends-before-refusing',
    misdeed: 'A post without any proof is refused when it has been sent.',
    breaks: ['application.post.unproven'],
    apply: (parts) => {
      const { application, rules } = parts
      const { readPost } = rules
      let latest: Post | undefined
      rules.readPost = (...request) => {
        latest = readPost(...request)
        return latest
      }
      changeProof(parts, (isProven, user, proof) => {
        if (user && latest && isBare(proof))
          void application.sendMessage(user.clientId, rules.writeMessage(latest, ''))
        return isProven
      })
    },
  },
  {
    name: 'explains-refusals-with-401',
    misdeed: 'A post without any proof is answered with 401.',
    breaks: ['application.post.unproven'],
    apply: (parts) =>
      changeProof(parts, (isProven, _user, proof) => {
        if (isBare(proof)) throw new Refusal('invalid-application-key', 'sign in')
        return isProven
      }),
  },
  {
    name: 'ignores-origins',
    misdeed: 'A session proves a post of any page.',
    breaks: ['application.post.foreign'],
    apply: (parts) => setOwnOrigin(parts, () => true),
  },
  {
    name: 'takes-null-origin',
    misdeed: 'A session proves a post of a page whose origin is null.',
    breaks: ['application.post.foreign'],
    apply: (parts) =>
      setOwnOrigin(parts, (origin, own) => [undefined, 'null', own].includes(origin)),
  },
  {
    name: 'compares-hosts-of-origins',
    misdeed: 'A session proves a post of a page on another port.',
    breaks: ['application.post.foreign'],
    apply: (parts) =>
      setOwnOrigin(parts, (origin, own) => {
        const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '')
        return origin === undefined || hostOf(origin) === hostOf(own)
      }),
  },
  {
    name: 'compares-beginnings-of-origins',
    misdeed: 'A session proves a post of a page whose origin begins like the own one.',
    breaks: ['application.post.foreign'],
    apply: (parts) => setOwnOrigin(parts, (origin = '', own) => !origin || origin.startsWith(own)),
  },
  {
    name: 'takes-own-origin-from-host',
    misdeed: 'The own origin is whatever the request says in Host.',
    breaks: ['application.post.foreign'],
    apply: (parts) =>
      setOwnOrigin(
        parts,
        (origin, _own, host) => origin === undefined || origin === `http://${host}`,
      ),
  },
]

function changeProof(
  { rules }: ChatParts,
  change: (isProven: boolean, user: User | undefined, proof: Proof, isOwnPage: boolean) => boolean,
): void {
  const { isProven } = rules
  rules.isProven = (user, proof, isOwnPage) =>
    change(isProven(user, proof, isOwnPage), user, proof, isOwnPage)
}

function setOwnOrigin({ rules }: ChatParts, isOwn: ChatParts['rules']['isOwnOrigin']): void {
  rules.isOwnOrigin = isOwn
}

function rememberLogins({ rules }: ChatParts, select: (user: User) => string): Set<string> {
  const remembered = new Set<string>()
  const make = rules.makeUser
  rules.makeUser = (facts, nowMs) => {
    const user = make(facts, nowMs)
    remembered.add(select(user))
    return user
  }
  return remembered
}

/** Answers whether a post came for this client id, which nobody ever had. */
function watchStrangers(parts: ChatParts): (clientId: string) => boolean {
  const { readPost } = parts.rules
  const known = rememberLogins(parts, ({ clientId }) => clientId)
  const posters = new Set<string>()
  parts.rules.readPost = (...request) => {
    const post = readPost(...request)
    posters.add(post.clientId)
    return post
  }
  return (clientId) => posters.has(clientId) && !known.has(clientId)
}

function isBare({ token, session }: Proof): boolean {
  return token === undefined && session === undefined
}
