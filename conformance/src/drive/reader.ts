/** What a client reads on, whatever carries it: envelopes that arrive, and the end. */

import type { CloseEvent, FrameEvent } from '../timeline/event.ts'
import { readObject } from '../timeline/timeline.ts'
import type { Growing } from './waiting.ts'

/** A connection of the suite as a page sees it, open or already ended. */
export interface Reader {
  /** What arrived; of a WebSocket, Pings and Pongs included. */
  readonly frames: Growing<FrameEvent>
  /** The next or an earlier envelope that satisfies the test; undefined when patience or the connection ends. */
  envelope(
    test: (envelope: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown> | undefined>
  /** The message that carries this data. */
  message(data: string): Promise<Record<string, unknown> | undefined>
  /** The welcome; undefined where none came. */
  welcome(): Promise<Record<string, unknown> | undefined>
  /** How it ended; undefined where it is still open after `ms` (the suite's patience by default). */
  ended(ms?: number): Promise<CloseEvent | undefined>
  /** Ends the TCP connection without a word. */
  drop(): void
  /** Stops and starts reading from the TCP connection. */
  pause(): void
  resume(): void
}

/** The part of a reader that waits for envelopes among the frames. */
export function awaitEnvelopes(
  frames: Growing<FrameEvent>,
  patienceMs: number,
): Pick<Reader, 'envelope' | 'message' | 'welcome'> {
  const envelope: Reader['envelope'] = async (test) => {
    const frame = await frames.find((candidate) => {
      const object = candidate.type === 'text' ? readObject(candidate.text) : undefined
      return object !== undefined && test(object)
    }, patienceMs)
    return frame && readObject(frame.text)
  }
  return {
    envelope,
    message: (data) => envelope(({ type, data: got }) => type === 'message' && got === data),
    welcome: () => envelope(({ type }) => type === 'welcome'),
  }
}
