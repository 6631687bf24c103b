/** The steps to several nodes that are one service. */

import type { Step } from './step.ts'

/** In the order in which one builds. */
export const CLUSTER_STEPS: readonly Step[] = [
  {
    title: 'Let every node know what the others accepted',
    profile: 'cluster',
    build:
      'Keep counters, keys and what is held where all nodes find it, and take each step on a client id in one piece there. A node that holds a connection hears of what the others accept for it, in the order of seq.',
    requirements: [
      'cluster.discovery.**',
      'cluster.token.**',
      'cluster.message.**',
      'cluster.takeover.**',
      'cluster.broadcast.**',
      'cluster.resume.**',
      'cluster.idempotency.**',
      'cluster.disconnect.**',
      'cluster.revoke.**',
    ],
  },
  {
    title: 'Reach the sockets of every node',
    profile: 'cluster',
    build:
      'Write down which node has which socket before its handshake is sent. A node that is given a text for a socket of another asks that one, and answers when it has; a broadcast asks all.',
    requirements: ['cluster.socket.**'],
  },
  {
    title: 'Be one client at all nodes',
    profile: 'cluster',
    build:
      'Versions are counted where all nodes find them, and only the node with the newest connection reports. A takeover, or a return within the grace, at another node is nothing that anybody hears of.',
    requirements: ['cluster.presence.**'],
  },
]
