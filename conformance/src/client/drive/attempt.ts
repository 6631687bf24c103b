/** An attempt of the client under test to connect, and what the suite makes of it: the same words for WebSocket and event stream. */

import { randomBytes } from 'node:crypto'
import { type Growing, makeGrowing } from '../../drive/waiting.ts'
import type { AttemptEvent, CloseEvent } from '../../timeline/event.ts'
import type { Recorder } from '../../timeline/recorder.ts'
import { ENDING } from '../ending.ts'
import { broadcastCursorOf, cursorOf, EPOCH } from '../places.ts'

/** Members of a welcome that a check chooses; the others have harmless values. */
export type WelcomeMembers = Readonly<Record<string, unknown>>

/** What a transport can do with an attempt; nothing throws where the client is already gone. */
export interface Transport {
  /** Completes the upgrade, or begins the stream. */
  accept(): void
  text(text: string): void
  /** Only on a WebSocket. */
  binary(bytes: Buffer): void
  /** A Close frame, empty without a code; on a stream the `close` event and its end. */
  close(code: number | undefined, reason: string): void
  /** Ends the TCP connection at once. */
  drop(): void
  /** Answers with an HTTP status and nothing else. */
  refuse(status: number): void
  /** Whether the client answers a Ping; on a stream, true. */
  ping(ms: number): Promise<boolean>
}

/** An attempt that has arrived. Undecided until something is done with it; whatever sends something accepts it first. */
export interface Attempt {
  /** As in the timeline: `main#1`. */
  readonly as: string
  readonly transport: AttemptEvent['transport']
  /** Completes the upgrade and says nothing. */
  accept(): void
  welcome(members?: WelcomeMembers): void
  message(seq: number, data: string, more?: object): void
  broadcast(seq: number, data: string): void
  /** Sends any envelope. */
  envelope(value: object): void
  /** Sends a frame that may be anything. */
  text(text: string): void
  binary(bytes: Buffer): void
  close(code?: number, reason?: string): void
  drop(): void
  refuse(status: number): void
  ping(): Promise<boolean>
  /** How it ended as the service sees it; undefined where it still stands after so many seconds. */
  ended(seconds: number): Promise<CloseEvent | undefined>
}

const PING_MS = 5000

/** An attempt, and how its transport tells that it ended. */
export interface MakingAttempt {
  readonly attempt: Attempt
  /** The client's side of the end; 1006 without a Close frame. */
  ended(code: number, reason: string): void
  /** A data frame of the client. */
  took(type: 'text' | 'binary', text: string): void
}

/** Joins an attempt to its transport and records what is done with it. */
export function makeAttempt(
  { as, transport: kind }: Pick<AttemptEvent, 'as' | 'transport'>,
  clientId: string,
  transport: Transport,
  recorder: Recorder,
): MakingAttempt {
  const ends: Growing<CloseEvent> = makeGrowing()
  let isDecided = false
  const say = (what: string): void => {
    recorder.record({ kind: 'sent', as, what })
  }
  const decide = (): void => {
    if (isDecided) return
    isDecided = true
    transport.accept()
  }
  const text = (line: string): void => {
    decide()
    say(line)
    transport.text(line)
  }
  const envelope = (value: object): void => text(JSON.stringify(value))
  return {
    attempt: {
      as,
      transport: kind,
      accept: decide,
      welcome: (members = {}) => envelope({ ...welcomeFor(clientId), ...members }),
      message: (seq, data, more = {}) =>
        envelope({ type: 'message', id: cursorOf(seq), seq, data, ...more }),
      broadcast: (seq, data) =>
        envelope({ type: 'broadcast', id: broadcastCursorOf(seq), seq, data }),
      envelope,
      text,
      binary(bytes) {
        decide()
        say(`a binary frame of ${bytes.length} bytes`)
        transport.binary(bytes)
      },
      close(code, reason = '') {
        decide()
        say(`${ENDING.close} ${code ?? '(empty)'} ${reason}`.trim())
        transport.close(code, reason)
      },
      drop() {
        isDecided = true
        say(ENDING.loss)
        transport.drop()
      },
      refuse(status) {
        isDecided = true
        say(`${ENDING.refusal} with ${status}`)
        transport.refuse(status)
      },
      ping: () => transport.ping(PING_MS),
      ended: (seconds) => ends.find(() => true, seconds * 1000),
    },
    ended(code, reason) {
      if (ends.entries.length > 0) return
      ends.add(recorder.record({ kind: 'close', as, code, reason }) as CloseEvent)
    },
    took(type, frame) {
      recorder.record({ kind: 'frame', as, type, text: frame })
    },
  }
}

const LIFETIME_SECONDS = 3600

/** A welcome that asks for nothing: no heartbeat is watched, no renewal is near. */
function welcomeFor(clientId: string): WelcomeMembers {
  return {
    type: 'welcome',
    client_id: clientId,
    connection_id: `c-${randomBytes(6).toString('hex')}`,
    epoch: EPOCH,
    seq: 0,
    heartbeat_seconds: 0,
    expires_at: new Date(Date.now() + LIFETIME_SECONDS * 1000).toISOString(),
    expires_in_seconds: LIFETIME_SECONDS,
    resumed: false,
  }
}
