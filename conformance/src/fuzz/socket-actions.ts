/** What pages and applications can do with sockets: one row each; plain data. */

import type { Action } from './action.ts'

const SOCKETS = ['sockets']
const row = (action: Omit<Action, 'profiles'>): Action => ({ profiles: SOCKETS, ...action })

/** Simplest first. */
export const SOCKET_ACTIONS: readonly Action[] = [
  row({
    do: 'page-open',
    how: 'accepted',
    words: '{who} opens a socket, and the application accepts it',
    weight: 6,
  }),
  row({
    do: 'page-send',
    how: 'all',
    words: 'the application sends to every socket that {who} had',
    weight: 5,
    needs: 'any-socket',
  }),
  row({
    do: 'page-broadcast',
    how: 'small',
    words: 'the application broadcasts to sockets',
    weight: 2,
  }),
  row({
    do: 'page-say',
    how: 'text',
    words: '{who} says a word on its socket',
    weight: 4,
    needs: 'page',
  }),
  row({
    do: 'page-leave',
    how: '1000',
    words: '{who} closes its socket with 1000',
    weight: 2,
    needs: 'page',
  }),
  row({
    do: 'page-open',
    how: 'held',
    words: '{who} opens a socket, and the application has not answered yet',
    weight: 5,
  }),
  row({
    do: 'page-admit',
    how: 'accept',
    words: 'the application accepts what {who} opened',
    weight: 4,
    needs: 'held-socket',
  }),
  row({
    do: 'page-admit',
    how: 'refuse',
    words: 'the application refuses what {who} opened',
    weight: 2,
    needs: 'held-socket',
  }),
  row({
    do: 'page-admit',
    how: 'drop',
    words: 'the application breaks the handshake of what {who} opened',
    weight: 2,
    needs: 'held-socket',
  }),
  row({
    do: 'page-open',
    how: 'refused',
    words: '{who} opens a socket, and the application refuses it',
  }),
  row({
    do: 'page-open',
    how: 'dropped',
    words: '{who} opens a socket, and the application breaks the handshake',
  }),
  row({
    do: 'page-open',
    how: 'altered',
    words: '{who} opens a socket with an altered ticket',
  }),
  row({
    do: 'page-say',
    how: 'failed',
    words: '{who} says a word on its socket, which the application answers with 500',
    weight: 2,
    needs: 'page',
  }),
  row({
    do: 'page-say',
    how: 'two',
    words: '{who} says two words at once, the first of which the application answers with 500',
    weight: 2,
    needs: 'page',
  }),
  row({
    do: 'page-say',
    how: 'empty',
    words: '{who} says an empty word on its socket',
    needs: 'page',
  }),
  row({
    do: 'page-say',
    how: 'binary',
    words: '{who} sends bytes on its socket',
    needs: 'open-socket',
  }),
  row({
    do: 'page-say',
    how: 'large',
    words: '{who} says more than data_bytes on its socket',
    needs: 'open-socket',
  }),
  row({
    do: 'page-leave',
    how: 'empty',
    words: '{who} closes its socket with an empty Close',
    needs: 'page',
  }),
  row({
    do: 'page-leave',
    how: '3000',
    words: '{who} closes its socket with 3000',
    needs: 'page',
  }),
  row({
    do: 'page-leave',
    how: 'silently',
    words: "{who}'s socket is lost, without a Close",
    weight: 2,
    needs: 'open-socket',
  }),
]
