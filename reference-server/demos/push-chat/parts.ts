/** What one chat is composed of before it is joined; the place where a named fault may change one rule or port. */
import type { Application } from '@channel-protocol/reference-server/application'
import type { Clock } from './clock.ts'
import type { PushHistory } from './history.ts'
import type { ChatRules } from './rules/rule-book.ts'

/** One line about what went wrong; fields never hold a key, a secret, a token or what was posted. */
export type Complain = (message: string, cause: unknown) => void

/** What a chat runs with. */
export interface ChatSettings {
  /** The base URL of the channel service. */
  serviceUrl: string
  applicationKey: string
  webhookSecrets: readonly string[]
  /** The public base of the chat; the address that it listens on where absent. */
  baseUrl?: string
  /** Whether lists and messages tell addresses; they do not where absent. */
  showIp?: boolean
  /** The IANA name of the zone whose offset posts are dated with; that of the article where absent. */
  timeZone?: string
}

/** Everything that decides how a chat behaves. */
export interface ChatParts {
  settings: ChatSettings
  rules: ChatRules
  /** Calls of the service. */
  application: Application
  /** The clock of clean-up alone, which may be moved. */
  userClock: Clock
  /** The clock of everything else: the age of webhooks, what posts are dated with. */
  wallClock: Clock
  /** A client id that nobody had. */
  makeClientId(): string
  /** An id of a session that nobody can guess. */
  makeSessionId(): string
  complain: Complain
  /** Where messages are kept for newcomers; nowhere where absent. */
  history?: PushHistory
}

/** A named, deliberate defect: a change of one rule or port that breaks the requirements it names. */
export interface ChatFault {
  name: string
  /** What the chat then does wrong, in one sentence. */
  misdeed: string
  /** Ids of the requirements that are broken. */
  breaks: readonly string[]
  apply(parts: ChatParts): void
}
