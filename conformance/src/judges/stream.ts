/** What tells messages from broadcasts: the type of the envelope, and where the welcome has the counters. */

/** A numbered stream of envelopes. */
export interface Stream {
  readonly type: 'message' | 'broadcast'
  /** Member of the welcome with the number of the newest that was accepted. */
  readonly seq: 'seq' | 'broadcast_seq'
  /** Member of the welcome with the scope of that number. */
  readonly epoch: 'epoch' | 'broadcast_epoch'
}

/** The messages of one client id. */
export const MESSAGES: Stream = { type: 'message', seq: 'seq', epoch: 'epoch' }
/** The broadcasts of the base. */
export const BROADCASTS: Stream = {
  type: 'broadcast',
  seq: 'broadcast_seq',
  epoch: 'broadcast_epoch',
}
