/** The goog.appengine script as its pages see it: it alone knows the types of what they call. */

/** Where a socket is in its life: 0 connecting, 1 open, 2 closing, 3 closed. */
export type GoogReadyState = 0 | 1 | 2 | 3

/** What a page may be told. */
export interface GoogHandler {
  onopen?: () => void
  onmessage?: (message: { data: string }) => void
  onerror?: (error: { code: number; description: string }) => void
  onclose?: () => void
}

/** An open channel; the callbacks may be set after opening. */
export interface GoogSocket extends GoogHandler {
  readonly readyState: GoogReadyState
  /** New: called after a silent return, with whether everything that was missed follows. */
  onreconnect?: (welcome: { resumed: boolean }) => void
  close(): void
}

/** The global name `goog`. */
export interface Goog {
  appengine: { Channel: new (token: string) => { open(handler?: GoogHandler): GoogSocket } }
}
