/** The steps to the profiles presence and presence-sync: the application hears who came and went. */

import type { Step } from './step.ts'

/** In the order in which one builds. */
export const PRESENCE_STEPS: readonly Step[] = [
  {
    title: 'Report who comes',
    profile: 'presence',
    build:
      'When a client id goes online, POST a form to {application base}/_ah/channel/connected/ with event, from, connection_id, epoch, version and time. Give the suite the address that you post to with --webhooks, and announce presence in discovery.',
    requirements: [
      'presence.connected.reported',
      'webhook.request.form',
      'webhook.request.fields',
      'webhook.target.configured',
    ],
  },
  {
    title: 'Sign webhooks',
    profile: 'presence',
    build:
      'Send webhook-id, webhook-timestamp and webhook-signature as Standard Webhooks does: HMAC-SHA256 over "id.timestamp.body", one v1 signature for each live secret. schemas/vectors/webhook-signatures.json has examples to test your arithmetic with.',
    requirements: ['webhook.signature.valid', 'webhook.timestamp.attempt', 'webhook.id.same'],
  },
  {
    title: 'Report who goes, and why',
    profile: 'presence',
    build:
      'POST disconnected with a reason to /_ah/channel/disconnected/: closed at once where the client said goodbye, lost only after the grace of presence_grace_seconds without a return. A takeover and a refused connection are no news.',
    requirements: [
      'presence.closed.reported',
      'presence.lost.reported',
      'presence.grace.waited',
      'presence.grace.returned',
      'presence.takeover.silent',
      'presence.expiry.reported',
      'presence.violation.reported',
      'presence.refused.silent',
    ],
  },
  {
    title: 'Number what you report',
    profile: 'presence',
    build:
      'The version of a client id grows with each change, odd for connected and even for disconnected. What a newer version has overtaken is not sent any more, and what cancels out is not sent at all.',
    requirements: ['presence.version.**'],
  },
  {
    title: 'Repeat what failed',
    profile: 'presence',
    build:
      'An attempt that was not answered with 2xx is repeated after webhook_retry_seconds, with the same webhook-id and a signature of its own, one attempt of a client at a time. Honour Retry-After, follow no redirect, pause for a target that is down, and give up at the end of the schedule.',
    requirements: [
      'webhook.success.final',
      'webhook.failure.**',
      'webhook.timeout.retried',
      'webhook.redirect.refused',
      'webhook.client.single',
      'webhook.target.concurrency',
      'webhook.target.paused',
      'webhook.schedule.**',
    ],
  },
  {
    title: 'Say who is there',
    profile: 'presence-sync',
    build:
      'GET {base}/v1/presence?client_id= answers for one client id, also one that was never used, and GET {base}/v1/presence lists all who are online, page by page. Announce presence-sync.',
    requirements: ['presence.read.**', 'presence.list.**'],
  },
  {
    title: 'Say that you started anew',
    profile: 'presence-sync',
    build:
      'A service that starts without its presence state reports started with an epoch before any other webhook, and issues only epochs from there on. The application then forgets what is older.',
    requirements: ['presence.started.**'],
  },
]
