/** The steps to the profiles about delivering more, again, elsewhere and once: resume to control, and the original's script. */

import type { Step } from './step.ts'

/** In the order in which one builds. */
export const DELIVERY_STEPS: readonly Step[] = [
  {
    title: 'Name places in a stream',
    profile: 'resume',
    build:
      'Give a cursor with every token and every welcome, and let the id of a message be the place behind it. Announce resume, and hold the newest messages of each client id.',
    requirements: [
      'resume.token.cursors',
      'resume.welcome.cursors',
      'resume.connect.unasked',
      'resume.connect.unknown',
      'resume.receipt.stored',
    ],
  },
  {
    title: 'Replay what was missed',
    profile: 'resume',
    build:
      'A connection with ?after=<cursor> is welcomed with resumed true and is first sent all that came later, then what comes. Anything that cannot be continued whole is welcomed as if nobody had asked.',
    requirements: [
      'resume.id.cursor',
      'resume.connect.resumed',
      'resume.connect.together',
      'resume.welcome.seq',
      'resume.replay.**',
      'resume.takeover.split',
      'resume.broadcasts.ignored',
    ],
  },
  {
    title: 'Bound what you hold',
    profile: 'resume',
    build:
      'Four bounds drop the oldest: resume_window_seconds, resume_messages, resume_bytes of one client id, and resume_total_bytes of all. Within them everything is held.',
    requirements: ['resume.window.**'],
  },
  {
    title: 'Broadcast',
    profile: 'broadcast',
    build:
      'POST {base}/v1/broadcasts sends one text to every open channel as a broadcast envelope, written once and sent with the same bytes everywhere. Broadcasts have an epoch and a seq of their own, which every welcome repeats.',
    requirements: [
      'broadcast.post.**',
      'broadcast.seq.**',
      'broadcast.order.delivered',
      'broadcast.id.unique',
      'broadcast.welcome.counters',
      'broadcast.frame.identical',
      'broadcast.data.**',
    ],
  },
  {
    title: 'Broadcast through changes',
    profile: 'broadcast',
    build:
      'A broadcast during a takeover reaches exactly one of the two connections, an expired token hears none, a slow reader delays nobody. Beyond broadcasts_per_second they are refused, and messages are not.',
    requirements: [
      'broadcast.takeover.split',
      'broadcast.epoch.constant',
      'broadcast.expiry.silent',
      'broadcast.slow.others',
      'broadcast.rate.**',
    ],
  },
  {
    title: 'Take many messages at once',
    profile: 'batch',
    build:
      'POST {base}/v1/batches takes a list of messages and answers one result for each, in order: the receipt or the problem that it would have had alone. Only a wrong shape or size refuses the whole.',
    requirements: [
      'batch.post.**',
      'batch.order.kept',
      'batch.item.**',
      'batch.size.**',
      'batch.shape.**',
    ],
  },
  {
    title: 'Stream events',
    profile: 'sse',
    build:
      'The connect URL, asked with Accept: text/event-stream and the token as Bearer, answers with an event stream that carries the same envelopes, event named by type. Refusals are a stream with one close event, because EventSource cannot read a status.',
    requirements: [
      'sse.open.**',
      'sse.event.**',
      'sse.capacity.counted',
      'sse.rate.counted',
      'sse.heartbeat.**',
    ],
  },
  {
    title: 'Continue and end streams',
    profile: 'sse',
    build:
      'The id of an event holds the place in both streams, and Last-Event-ID continues there. Streams take over WebSockets and the other way round, and end with a close event for expiry, lifetime and drain.',
    requirements: [
      'sse.resume.**',
      'sse.close.**',
      'sse.takeover.either',
      'sse.presence.**',
      'sse.slow.**',
      'sse.drain.closed',
    ],
  },
  {
    title: 'Answer a repeated post once',
    profile: 'idempotency',
    build:
      'A post with Idempotency-Key that comes again within the window gets the answer of the first and does nothing more; the same key with another body is refused. Keep answers bounded, and per application key.',
    requirements: ['idempotency.**'],
  },
  {
    title: 'Disconnect and revoke',
    profile: 'control',
    build:
      'POST {base}/v1/disconnects closes the connection of a client id with 4010, and with revoke_tokens ends the life of every token minted before. A generation number in the token is enough to know which those are.',
    requirements: ['control.**'],
  },
  {
    title: 'Serve the script of the original',
    profile: 'gae',
    build:
      'GET {base}/_ah/channel/jsapi answers with a script that defines goog.appengine.Channel for pages that were written for the original. The reference server has one that you may serve, with your connect_url put in.',
    requirements: ['gae.**'],
  },
]
