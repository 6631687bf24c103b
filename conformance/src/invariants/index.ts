/** The invariants: what holds in everything that a run sees. */

import { BROADCASTS, MESSAGES } from '../judges/stream.ts'
import {
  connectionIdsAreUnique,
  messageIdsAreUnique,
  presenceWebhookIdsAreUnique,
  socketIdsAreUnique,
  socketWebhookIdsAreUnique,
} from './identity.ts'
import { type Invariant, makeInvariant } from './invariant.ts'
import { seqIsContiguous } from './numbers.ts'
import {
  answersAreValid,
  envelopesAreValid,
  presenceFormsAreValid,
  refusalsAreValid,
  socketFormsAreValid,
} from './schemas.ts'
import {
  messagesStayOnTheirChannel,
  presenceWebhooksAreSigned,
  socketWebhooksAreSigned,
  tokensStayOutOfUrls,
} from './secrecy.ts'
import {
  exchangeBroadcasts,
  exchangeMessages,
  exchangePresence,
  exchangeSockets,
  exchangeWithTwins,
} from './traffic.ts'

/** In the order of the chapters. */
export const INVARIANTS: readonly Invariant[] = [
  makeInvariant({
    id: 'token.every-url.clean',
    proves: 'token.url.absent',
    alone: ['broadcasts'],
    drive: exchangeMessages,
    begin: tokensStayOutOfUrls,
    killedBy: ['puts-token-into-connect-url'],
  }),
  makeInvariant({
    id: 'connection.every-envelope.valid',
    proves: 'connection.envelope.schema',
    alone: ['broadcasts'],
    drive: exchangeMessages,
    begin: envelopesAreValid,
    killedBy: ['welcomes-without-resumed', 'welcomes-without-broadcast-counters'],
  }),
  makeInvariant({
    id: 'connection.every-id.unique',
    proves: 'connection.welcome.id',
    alone: ['broadcasts'],
    drive: exchangeMessages,
    begin: connectionIdsAreUnique,
    killedBy: ['repeats-connection-ids'],
  }),
  makeInvariant({
    id: 'message.every-connection.isolated',
    proves: 'message.post.isolated',
    drive: exchangeWithTwins,
    begin: messagesStayOnTheirChannel,
    killedBy: ['ignores-case-of-client-ids', 'ignores-composition-of-client-ids'],
  }),
  makeInvariant({
    id: 'message.every-seq.contiguous',
    proves: 'message.seq.contiguous',
    alone: ['broadcasts'],
    drive: exchangeMessages,
    begin: seqIsContiguous(MESSAGES),
    killedBy: [
      'numbers-all-clients-together',
      'welcomes-with-older-seq',
      'welcomes-with-seq-zero',
      'forgets-seq-of-the-gone',
      'numbers-broadcasts-among-messages',
      'broadcasts-as-message',
    ],
  }),
  makeInvariant({
    id: 'message.every-id.unique',
    proves: 'message.id.unique',
    alone: ['broadcasts'],
    drive: exchangeMessages,
    begin: messageIdsAreUnique(MESSAGES),
    killedBy: ['names-messages-by-seq', 'names-messages-by-epoch', 'broadcasts-as-message'],
  }),
  makeInvariant({
    id: 'broadcast.every-seq.contiguous',
    proves: 'broadcast.seq.contiguous',
    alone: ['broadcasts'],
    drive: exchangeBroadcasts,
    begin: seqIsContiguous(BROADCASTS),
    killedBy: ['numbers-messages-among-broadcasts'],
  }),
  makeInvariant({
    id: 'broadcast.every-id.unique',
    proves: 'broadcast.id.unique',
    alone: ['broadcasts'],
    drive: exchangeBroadcasts,
    begin: messageIdsAreUnique(BROADCASTS),
    killedBy: ['names-broadcasts-alike', 'names-broadcasts-after-messages'],
  }),
  makeInvariant({
    id: 'webhook.every-form.valid',
    proves: 'webhook.request.fields',
    needs: ['webhooks'],
    drive: exchangePresence,
    begin: presenceFormsAreValid,
    killedBy: ['leaves-connection-out', 'sends-no-time', 'numbers-reports-one-too-high'],
  }),
  makeInvariant({
    id: 'webhook.every-id.unique',
    proves: 'webhook.id.same',
    needs: ['webhooks'],
    drive: exchangePresence,
    begin: presenceWebhookIdsAreUnique,
    killedBy: ['makes-id-per-client'],
  }),
  makeInvariant({
    id: 'webhook.every-signature.verified',
    proves: 'webhook.signature.valid',
    needs: ['webhooks'],
    drive: exchangePresence,
    begin: presenceWebhooksAreSigned,
    killedBy: [
      'signs-decoded-body',
      'signs-with-encoded-secret',
      'signs-with-first-secret-only',
      'signs-without-timestamp',
    ],
  }),
  makeInvariant({
    id: 'socket.every-form.valid',
    proves: 'socket.webhook.form',
    needs: ['webhooks'],
    drive: exchangeSockets,
    begin: socketFormsAreValid,
    killedBy: [
      'makes-short-socket-ids',
      'says-closed-without-from',
      'says-closed-without-time',
      'sends-messages-without-epoch',
    ],
  }),
  makeInvariant({
    id: 'socket.every-id.unique',
    proves: 'socket.id.unique',
    needs: ['webhooks'],
    drive: exchangeSockets,
    begin: socketIdsAreUnique,
    killedBy: ['names-sockets-by-path'],
  }),
  makeInvariant({
    id: 'socket.every-webhook-id.unique',
    proves: 'socket.webhook.signed',
    needs: ['webhooks'],
    drive: exchangeSockets,
    begin: socketWebhookIdsAreUnique,
    killedBy: ['shares-id-among-events-of-socket', 'shares-id-among-messages'],
  }),
  makeInvariant({
    id: 'socket.every-signature.verified',
    proves: 'socket.webhook.signed',
    needs: ['webhooks'],
    drive: exchangeSockets,
    begin: socketWebhooksAreSigned,
    killedBy: [
      'signs-decoded-forms-of-sockets',
      'signs-handshakes-only',
      'signs-sockets-with-first-secret-only',
    ],
  }),
  makeInvariant({
    id: 'problem.every-refusal.valid',
    proves: 'problem.document.shape',
    alone: ['broadcasts'],
    drive: exchangeMessages,
    begin: refusalsAreValid,
    killedBy: [
      'counts-problem-status-wrongly',
      'gives-problems-no-type',
      'sends-problems-as-plain-json',
      'titles-problems-freely',
    ],
  }),
  makeInvariant({
    id: 'problem.every-answer.valid',
    proves: 'problem.answer.schema',
    alone: ['broadcasts'],
    drive: exchangeMessages,
    begin: answersAreValid,
    killedBy: [
      'answers-without-receipt-seq',
      'writes-epoch-as-text',
      'mints-token-outside-grammar',
      'writes-expiry-with-offset',
      'discovery-without-implementation',
      'reads-without-since',
      'answers-batches-with-bare-seqs',
    ],
  }),
]

/** The invariant of an id, where it is one. */
export function findInvariant(id: string): Invariant | undefined {
  return INVARIANTS.find((invariant) => invariant.id === id)
}
