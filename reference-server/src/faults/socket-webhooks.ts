/** Faults of the requests that carry the webhooks of sockets. */
import type { Fault, Parts } from '../parts.ts'
import type { SocketDelivery } from '../webhook-port.ts'

const DAY_MICROSECONDS = 86_400_000_000
/** Behind whatever else waited for the end of the same pause. */
const LATER_MS = 200

/** Each breaks what the chapter on sockets promises about its webhooks. */
export const socketWebhookFaults: readonly Fault[] = [
  {
    name: 'sends-socket-forms-as-text',
    misdeed: 'The form is labelled text/plain.',
    breaks: ['socket.webhook.form'],
    apply: ({ rules }) => {
      rules.makeSocketContentType = () => 'text/plain'
    },
  },
  {
    name: 'pauses-sockets-with-the-target',
    misdeed: 'While the target asks presence to wait, sockets wait too.',
    breaks: ['socket.webhook.unpaused'],
    apply: ({ wraps, ports }) => {
      const { clock } = ports
      let untilMs = 0
      wraps.attempt = (attempt) => async (delivery) => {
        const answer = await attempt(delivery)
        const seconds = 'status' in answer ? (answer.retryAfterSeconds ?? 0) : 0
        untilMs = Math.max(untilMs, clock.nowMs() + seconds * 1000)
        return answer
      }
      wraps.socketAttempt = (attempt) => async (delivery) => {
        const leftMs = untilMs - clock.nowMs()
        if (leftMs > 0)
          await new Promise<void>((resolve) => {
            clock.after(leftMs + LATER_MS, resolve)
          })
        return attempt(delivery)
      }
    },
  },
  {
    name: 'sends-blanks-in-socket-forms',
    misdeed: 'Blanks stand in the form as they are.',
    breaks: ['socket.webhook.form'],
    apply: ({ rules }) => {
      const write = rules.writeSocketForm
      rules.writeSocketForm = (fields) => write(fields).replaceAll('+', ' ')
    },
  },
  leavesOut('says-closed-without-from', 'closed', 'from'),
  leavesOut('says-closed-without-time', 'closed', 'time'),
  leavesOut('sends-messages-without-epoch', 'message', 'epoch'),
  {
    name: 'makes-epoch-per-webhook',
    misdeed: 'Every webhook of a socket has an epoch of its own.',
    breaks: ['socket.webhook.form'],
    apply: (parts) =>
      changeFields(parts, (name, value, { atMs }) => (name === 'epoch' ? `${atMs * 1000}` : value)),
  },
  {
    name: 'dates-sockets-by-their-opening',
    misdeed: 'Every webhook of a socket says when the socket was opened.',
    breaks: ['socket.webhook.form'],
    apply: (parts) =>
      changeFields(parts, (name, value, { socket }) =>
        name === 'time' ? new Date(socket.epoch / 1000).toISOString() : value,
      ),
  },
  {
    name: 'counts-epochs-of-sockets-in-seconds',
    misdeed: 'The epoch of a socket counts seconds.',
    breaks: ['socket.webhook.form', 'socket.started.reported'],
    apply: ({ rules }) => {
      rules.decideSocketEpoch = (nowMs) => Math.floor(nowMs / 1000)
    },
  },
  {
    name: 'signs-handshakes-only',
    misdeed: 'Messages and closed carry no signature.',
    breaks: ['socket.webhook.signed'],
    apply: ({ rules }) => {
      const sign = rules.signSocketWebhook
      rules.signSocketWebhook = (secrets, signable) =>
        sign(signable.body.startsWith('event=handshake&') ? secrets : [], signable)
    },
  },
  {
    name: 'signs-sockets-with-first-secret-only',
    misdeed: 'The webhooks of sockets are signed with the first secret alone.',
    breaks: ['socket.webhook.signed'],
    apply: ({ rules }) => {
      const sign = rules.signSocketWebhook
      rules.signSocketWebhook = (secrets, signable) => sign(secrets.slice(0, 1), signable)
    },
  },
  {
    name: 'signs-decoded-forms-of-sockets',
    misdeed: 'The signature is made over the decoded form.',
    breaks: ['socket.webhook.signed'],
    apply: ({ rules }) => {
      const sign = rules.signSocketWebhook
      rules.signSocketWebhook = (secrets, signable) =>
        sign(secrets, { ...signable, body: decodeURIComponent(signable.body) })
    },
  },
  {
    name: 'shares-id-among-messages',
    misdeed: 'All messages of a socket have the same webhook-id.',
    breaks: ['socket.webhook.signed'],
    apply: ({ rules }) => {
      const make = rules.makeSocketWebhookId
      rules.makeSocketWebhookId = (delivery) =>
        make(delivery.event === 'message' ? { ...delivery, number: 0 } : delivery)
    },
  },
  {
    name: 'shares-id-among-events-of-socket',
    misdeed: 'Handshake and closed of a socket have the same webhook-id.',
    breaks: ['socket.webhook.signed'],
    apply: ({ rules }) => {
      const make = rules.makeSocketWebhookId
      rules.makeSocketWebhookId = (delivery) =>
        make(delivery.event === 'closed' ? { ...delivery, event: 'handshake' } : delivery)
    },
  },
  {
    name: 'stamps-sockets-in-milliseconds',
    misdeed: 'The timestamp counts milliseconds.',
    breaks: ['socket.webhook.signed'],
    apply: ({ rules }) => {
      rules.makeSocketTimestamp = (_delivery, nowMs) => nowMs
    },
  },
  {
    name: 'visits-redirects-of-sockets',
    misdeed: 'Where a redirect of a message or closed points, a request is sent.',
    breaks: ['socket.webhook.redirect'],
    apply: ({ wraps }) => {
      wraps.socketAttempt = (attempt) => async (delivery) => {
        const answer = await attempt(delivery)
        const isVisited = delivery.event !== 'handshake' && 'location' in answer
        if (isVisited && answer.location) await fetch(answer.location, { method: 'POST' })
        return answer
      }
    },
  },
  {
    name: 'ignores-socket-concurrency',
    misdeed: 'Twice as many attempts for sockets are in flight as advertised.',
    breaks: ['socket.webhook.concurrency'],
    apply: ({ limits }) => {
      limits.socket_concurrency *= 2
    },
  },
  {
    name: 'attempts-one-too-many-for-sockets',
    misdeed: 'One attempt more for sockets is in flight than advertised.',
    breaks: ['socket.webhook.concurrency'],
    apply: ({ limits }) => {
      limits.socket_concurrency += 1
    },
  },
  {
    name: 'starts-with-low-floor',
    misdeed: 'The floor of started is a day old.',
    breaks: ['socket.started.reported'],
    apply: (parts) => {
      parts.epochFloor -= DAY_MICROSECONDS
    },
  },
]

function leavesOut(name: string, event: SocketDelivery['event'], field: string): Fault {
  return {
    name,
    misdeed: `The form of ${event} has no ${field}.`,
    breaks: ['socket.webhook.form'],
    apply: ({ rules }) => {
      const make = rules.makeSocketFields
      rules.makeSocketFields = (delivery) =>
        make(delivery).filter(([one]) => delivery.event !== event || one !== field)
    },
  }
}

function changeFields(
  { rules }: Parts,
  change: (name: string, value: string, delivery: SocketDelivery) => string,
): void {
  const make = rules.makeSocketFields
  rules.makeSocketFields = (delivery) =>
    make(delivery).map(([name, value]) => [name, change(name, value, delivery)])
}
