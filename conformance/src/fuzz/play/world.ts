/** What the player remembers of a sequence while it plays it: handles and instants; it judges nothing. */

import type { Drive, Minted } from '../../drive/drive.ts'
import type { Keyed } from '../../drive/keyed.ts'
import type { PageSocket } from '../../drive/page-sockets.ts'
import type { Connection } from '../../drive/socket.ts'
import type { Webhooks } from '../../drive/webhooks.ts'
import type { Recorder } from '../../timeline/recorder.ts'
import { seconds } from '../../timeline/timeline.ts'
import type { Played } from '../played.ts'
import type { Who } from '../step.ts'

/** Seconds that a short token lives: the least that the protocol allows. */
export const SHORT_SECONDS = 1

/** A token that the player has. */
export interface HeldToken extends Minted {
  readonly index: number
  /** Of a short token: the instant from which it may be expired, and that from which it is. */
  readonly expiry?: { readonly earliestMs: number; readonly latestMs: number }
}

/** A connection that was welcomed. */
export interface Held {
  readonly connection: Connection
  readonly token: HeldToken
}

/** A socket of a page, that it still has or not. */
export interface HeldSocket {
  readonly role: string
  readonly page: PageSocket
  readonly webhooks: Webhooks
  readonly path: string
  /** Words that the application answers with 500. */
  readonly failing: Set<string>
  readonly openedMs: number
  /** Answers a handshake that was left unanswered. */
  readonly answer: (reply: { readonly status: number } | 'drop') => void
  /** Absent where no handshake came. */
  id: string | undefined
  /** `left` is gone before its handshake was answered. */
  state: 'pending' | 'left' | 'open' | 'gone'
}

/** One client of the sequence. */
export interface Person {
  readonly who: Who
  readonly clientId: string
  readonly tokens: HeldToken[]
  readonly received: { message?: string; broadcast?: string }
  connections: number
  current: Held | undefined
  readonly sockets: HeldSocket[]
  /** Its newest post with a new key. */
  keyed: Keyed | undefined
  /** The instant of a loss after which nobody came back. */
  lostAtMs: number | undefined
  /** The newest seq that a receipt gave. */
  newestSeq: number
  readonly webhooks: Webhooks | undefined
}

/** How the application answers webhooks. */
export interface Application {
  mode: string
  /** Lets go what is held. */
  release: (status: number) => void
}

/** All that a player has in hand. */
export interface World {
  readonly drive: Drive
  readonly recorder: Recorder
  readonly people: Readonly<Record<Who, Person>>
  readonly application: Application
  /** Whether nothing is due to be reported any more, as the model sees what has been recorded so far. */
  readonly isCalm: (played: Played) => boolean
}

/** What a step did, for whoever judges it. */
export interface Done {
  readonly connection?: string
  readonly token?: number
  readonly after?: string
  readonly afterBroadcast?: string
  readonly sockets?: readonly string[]
  readonly said?: readonly string[]
  readonly isSkipped?: true
}

/** The grace of the target, in milliseconds. */
export function graceMs({ drive }: World): number {
  return seconds(drive.advertised, 'presence_grace_seconds') * 1000
}

/** Whether the target announces a profile. */
export function offers({ drive }: World, profile: string): boolean {
  return drive.advertised.profiles.includes(profile)
}
