/** Judges, when a sequence is over, what each page was sent and what the application was told of each socket. */

import { eventsOf, type ReadWebhook, webhooksOf } from '../../timeline/timeline.ts'
import { Disagreement } from '../model/disagreement.ts'
import type { SocketModel } from '../model/socket.ts'
import { CLIENTS } from '../step.ts'
import type { Context } from './context.ts'
import { noteClosed } from './sockets.ts'

/** Every page received what it was due, and the application was told each word and each end once. */
export function judgeSocketEnds(context: Context): void {
  noteClosed(context, Number.POSITIVE_INFINITY)
  const sockets = CLIENTS.flatMap((who) => context.people[who].sockets)
  for (const socket of sockets) {
    judgeTexts(context, socket, sockets)
    judgeWords(context, socket)
    judgeClosed(context, socket)
  }
  expectNothingOfRefused(context, sockets)
}

function judgeTexts(context: Context, socket: SocketModel, all: readonly SocketModel[]): void {
  const { role, due, forbidden, possible } = socket
  const came = eventsOf(context.played.timeline, 'frame', role).filter(
    ({ type, text }) => type === 'text' && !possible.has(text),
  )
  for (const [at, frame] of came.entries()) {
    const one = due[at]
    if (one?.text === frame.text) continue
    const isDue = due.some(({ text }) => text === frame.text)
    const isForeign = all.some(({ due: others }) => others.some(({ text }) => text === frame.text))
    throw new Disagreement({
      requirement:
        forbidden.get(frame.text) ??
        (isDue
          ? (one?.requirement ?? 'socket.send.deliver')
          : isForeign
            ? 'socket.send.isolated'
            : 'socket.envelope.none'),
      expected: one ? `${JSON.stringify(one.text)} next on ${role}` : `no further text on ${role}`,
      got: JSON.stringify(frame.text),
      at: frame,
    })
  }
  const lost = due[came.length]
  if (lost)
    throw new Disagreement({
      requirement: lost.requirement,
      expected: `${JSON.stringify(lost.text)} on ${role}`,
      got: 'nothing more',
      at: came.at(-1),
    })
}

function judgeWords({ played }: Context, { role, id, messages }: SocketModel): void {
  const all = webhooksOf(played.timeline, role)
  const stranger = all.find(({ fields }) => fields.from !== id)
  if (stranger) throw wrong('socket.closed.sent', `from ${id} in all about ${role}`, stranger)
  const handshakes = all.filter(({ fields }) => fields.event === 'handshake')
  if (handshakes[1]) throw wrong('socket.handshake.sent', `one handshake of ${role}`, handshakes[1])
  const answered = eventsOf(played.timeline, 'webhook-answer', role).find(
    ({ to }) => to === handshakes[0]?.event.n,
  )
  const words = all.filter(({ fields }) => fields.event === 'message')
  for (const [at, word] of words.entries()) {
    if (!answered || word.event.n < answered.n)
      throw wrong('socket.handshake.blocks', `no message of ${role} before it is accepted`, word)
    const due = messages[at]
    if (due === word.fields.body) continue
    const isRepeated = words.slice(0, at).some(({ fields }) => fields.body === word.fields.body)
    const isDue = messages.includes(word.fields.body ?? '')
    throw wrong(
      isRepeated
        ? 'socket.message.once'
        : isDue
          ? 'socket.message.order'
          : 'socket.message.stopped',
      due === undefined
        ? `no further message of ${role}`
        : `${JSON.stringify(due)} next of ${role}`,
      word,
    )
  }
  const lost = messages[words.length]
  if (lost !== undefined)
    throw new Disagreement({
      requirement: 'socket.message.sent',
      cell: 'socket: open x text',
      expected: `a message ${JSON.stringify(lost)} of ${role}`,
      got: 'none',
      at: words.at(-1)?.event,
    })
}

function judgeClosed({ played }: Context, socket: SocketModel): void {
  const { role, isClosedDue, closeCodes } = socket
  const all = webhooksOf(played.timeline, role)
  const [closed, another] = all.filter(({ fields }) => fields.event === 'closed')
  if (!isClosedDue) {
    if (closed) throw wrong('socket.closed.silent', `no closed of ${role}`, closed)
    return
  }
  if (!closed)
    throw new Disagreement({
      requirement: 'socket.closed.sent',
      cell: 'socket: ending x settled',
      expected: `closed of ${role}`,
      got: 'none',
      at: all.at(-1)?.event,
    })
  if (another)
    throw wrong('socket.closed.sent', `one closed of ${role}, which was answered`, another)
  const last = all.at(-1)
  if (last && last !== closed)
    throw wrong('socket.closed.last', `nothing of ${role} after closed`, last)
  if (!closeCodes.includes(Number(closed.fields.code)))
    throw wrong(
      'socket.closed.reason',
      `closed of ${role} with code ${closeCodes.join(' or ')}`,
      closed,
    )
}

/** About a socket whose ticket was refused nobody is told anything. */
function expectNothingOfRefused(
  { played }: Context,
  opened: readonly { readonly role: string }[],
): void {
  const roles = played.steps.flatMap(({ sockets = [] }) => sockets)
  for (const role of roles) {
    const [webhook] = webhooksOf(played.timeline, role)
    if (webhook && !opened.some((socket) => socket.role === role))
      throw wrong('socket.refused.silent', `no webhook of ${role}`, webhook)
  }
}

function wrong(
  requirement: string,
  expected: string,
  { event, fields }: ReadWebhook,
): Disagreement {
  const { event: name, body, code } = fields
  const got = [name, body === undefined ? '' : JSON.stringify(body), code].filter(Boolean).join(' ')
  return new Disagreement({ requirement, expected, got, at: event })
}
