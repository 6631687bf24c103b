/** What an application can do with batches and with posts that carry a key: one row each; plain data. */

import type { Action } from './action.ts'

/** Simplest first. */
export const POSTING_ACTIONS: readonly Action[] = [
  {
    do: 'batch',
    how: 'some',
    words: 'the application posts to {who} twice in one batch, with an empty text between',
    profiles: ['batch'],
    weight: 2,
  },
  {
    do: 'keyed',
    how: 'new',
    words: 'the application posts to {who} with a new Idempotency-Key',
    profiles: ['idempotency'],
    weight: 2,
  },
  {
    do: 'keyed',
    how: 'repeat',
    words: 'the application repeats the newest post to {who} that had a key',
    profiles: ['idempotency'],
    weight: 3,
    needs: 'key',
  },
  {
    do: 'keyed',
    how: 'other',
    words: 'the application posts another text to {who} with the key of the newest',
    profiles: ['idempotency'],
    needs: 'key',
  },
]
