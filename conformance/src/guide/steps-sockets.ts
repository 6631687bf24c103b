/** The steps to the profile sockets: pages hold sockets whose every word reaches the application as a web hook. */

import type { Step } from './step.ts'

const profile = 'sockets'

/** In the order in which one builds. */
export const SOCKET_STEPS: readonly Step[] = [
  {
    title: 'Mint socket URLs',
    profile,
    build:
      'POST {base}/v1/sockets with a path answers 201 with a URL that holds a ticket and opens any number of sockets until it expires. No subprotocol and no envelope: these are plain WebSockets.',
    requirements: ['socket.mint.**', 'socket.url.configured', 'socket.ttl.**', 'socket.path.**'],
  },
  {
    title: 'Shake hands',
    profile,
    build:
      'Complete the upgrade, send the application a handshake webhook, and accept the socket when that is answered with 2xx. Until then hold what is sent to it; anything else closes it.',
    requirements: [
      'socket.handshake.**',
      'socket.open.**',
      'socket.id.**',
      'socket.webhook.form',
      'socket.webhook.signed',
      'socket.webhook.redirect',
      'socket.envelope.none',
      'socket.held.**',
    ],
  },
  {
    title: 'Refuse what may not open',
    profile,
    build:
      'An expired or unknown ticket, a foreign origin, no upgrade, no room: each is refused with the code or the problem of its row, and the application hears nothing of it.',
    requirements: [
      'socket.upgrade.required',
      'socket.ticket.**',
      'socket.origin.refuse',
      'socket.capacity.**',
      'socket.rate.counted',
      'socket.refused.silent',
    ],
  },
  {
    title: 'Forward what pages say',
    profile,
    build:
      'Each text of a page becomes one message webhook, one at a time and in order, never twice; a 5xx closes the socket. While one application is slow, stop reading that socket and go on with the others.',
    requirements: [
      'socket.message.**',
      'socket.binary.refused',
      'socket.frame.malformed',
      'socket.pressure.**',
      'socket.webhook.concurrency',
      'socket.webhook.unpaused',
    ],
  },
  {
    title: 'Say what the application says',
    profile,
    build:
      'POST {base}/v1/sockets/messages sends one text to the sockets that it names and answers for each whether it was delivered; /v1/sockets/broadcasts sends to all that were accepted.',
    requirements: ['socket.send.**', 'socket.body.**', 'socket.broadcast.**'],
  },
  {
    title: 'Close sockets',
    profile,
    build:
      'Every accepted socket ends with exactly one closed webhook, the last about it, with the code and reason of the first Close frame. Repeat it until it is answered, ping silent pages, and end slow ones.',
    requirements: [
      'socket.close.answered',
      'socket.closed.**',
      'socket.heartbeat.**',
      'socket.slow.ended',
      'socket.drain.close',
      'socket.started.reported',
    ],
  },
]
