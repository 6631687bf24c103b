/** Judges steps that concern sockets: what opens and what is refused, what is taken, and how each ends. */

import { eventsOf, readObject, webhooksOf } from '../../timeline/timeline.ts'
import { Disagreement } from '../model/disagreement.ts'
import { type Said, SocketModel, seeRefusedSocket } from '../model/socket.ts'
import type { PlayedStep } from '../played.ts'
import { type CellName, codesOf } from '../states.ts'
import { CLIENTS } from '../step.ts'
import { type Context, expectAnswer, expectClose, type Person } from './context.ts'

/** A socket was opened, and the application answered or has not yet. */
export function judgePageOpen(context: Context, person: Person, played: PlayedStep): void {
  const [role = ''] = played.sockets ?? []
  const { how } = played.step
  if (how === 'altered') {
    const codes = codesOf(seeRefusedSocket(context.tables, context.visited))
    expectClose(
      context,
      role,
      codes.filter((code) => code === 4301),
      'socket.ticket.invalid',
      'socket: opening x refused',
    )
    return
  }
  const [open] = eventsOf(context.played.timeline, 'open', role)
  if (!open)
    throw new Disagreement({
      requirement: 'socket.open.plain',
      cell: 'socket: opening x opened',
      expected: `${role} is opened`,
      got: 'it is not',
      at: context.played.timeline.events.findLast(({ as }) => as === role),
    })
  const [handshake] = webhooksOf(context.played.timeline, role, 'handshake')
  const id = handshake?.fields.from
  if (id === undefined)
    throw new Disagreement({
      requirement: 'socket.handshake.sent',
      cell: 'socket: opening x opened',
      expected: `a handshake with the id of ${role}`,
      got: handshake ? 'one without from' : 'none',
      at: handshake?.event ?? open,
    })
  const others = CLIENTS.flatMap((who) => context.people[who].sockets)
  if (others.some((other) => other.id === id))
    throw new Disagreement({
      requirement: 'socket.id.unique',
      expected: 'an id that no other socket has had',
      got: id,
      at: handshake?.event,
    })
  const socket = new SocketModel(
    { role, path: handshake?.fields.path ?? '', id },
    context.tables,
    context.visited,
  )
  person.sockets.push(socket)
  const answer = { accepted: 'accept', refused: 'refuse', dropped: 'drop' }[how]
  if (answer) judgeAnswer(context, socket, answer)
}

/** The application answers what it had left unanswered. */
export function judgePageAdmit(context: Context, person: Person, played: PlayedStep): void {
  for (const socket of concerned(person, played)) judgeAnswer(context, socket, played.step.how)
}

function judgeAnswer(context: Context, socket: SocketModel, how: string): void {
  const isThere = socket.state === 'pending'
  const cell: CellName = `socket: ${socket.state} x ${EVENTS[how] ?? how}`
  if (how === 'accept') {
    socket.accept()
    if (isThere && !socket.isOpen) expectEnd(context, socket, 'socket.message.unavailable', cell)
    return
  }
  const codes = codesOf(how === 'refuse' ? socket.refuse() : socket.fallSilent())
  const requirement = how === 'refuse' ? 'socket.handshake.refused' : 'socket.handshake.unavailable'
  if (isThere) expectClose(context, socket.role, codes, requirement, cell)
}

const EVENTS: Readonly<Record<string, string>> = { drop: 'silence' }

/** The page says something. */
export function judgePageSay(context: Context, person: Person, played: PlayedStep): void {
  const { how } = played.step
  for (const socket of concerned(person, played)) {
    const wasOpen = socket.isOpen
    if (how === 'binary' || how === 'large') {
      const code = how === 'binary' ? 1003 : 1009
      socket.break(code)
      const requirement = how === 'binary' ? 'socket.binary.refused' : 'socket.message.too-large'
      expectEnd(context, socket, requirement, 'socket: open x bad-frame')
      continue
    }
    const isFailing = how === 'failed' || how === 'two'
    const said = (played.said ?? []).map(
      (body, at): Said => ({ body, isFailing: isFailing && at === 0 }),
    )
    socket.say(said)
    if (wasOpen && !socket.isOpen)
      expectEnd(context, socket, 'socket.message.unavailable', 'socket: open x failed')
  }
}

/** The page leaves. */
export function judgePageLeave(context: Context, person: Person, played: PlayedStep): void {
  const { how } = played.step
  const code = how === 'silently' ? 1006 : how === 'empty' ? 1005 : Number(how)
  for (const socket of concerned(person, played)) {
    const wasOpen = socket.isOpen
    socket.leave(code)
    // What nobody reads is not answered.
    if (wasOpen && how !== 'silently')
      expectEnd(context, socket, 'socket.close.answered', 'socket: open x leave')
  }
}

/** The application sends a text to every socket of a client. */
export function judgePageSend(context: Context, person: Person, played: PlayedStep): void {
  const as = `step ${played.turn}`
  const { answer, body } = expectAnswer(context, as, 200, 'socket.send.results')
  const [request] = eventsOf(context.played.timeline, 'request', as)
  const asked = readObject(request?.body ?? '')
  const results = Array.isArray(body.results) ? body.results : []
  const ids = Array.isArray(asked?.sockets) ? asked.sockets : []
  for (const [at, id] of ids.entries()) {
    const socket = person.sockets.find((one) => one.id === id)
    if (!socket) continue
    const { state, isDoubtful } = socket
    const cell: CellName = `socket: ${state} x send`
    const expected = { socket: id, delivered: socket.send(String(asked?.body)) }
    const result = results[at] as { socket?: unknown; delivered?: unknown } | undefined
    const isRight =
      result?.socket === id && (isDoubtful || result?.delivered === expected.delivered)
    if (isRight) continue
    throw new Disagreement({
      requirement: 'socket.send.results',
      cell,
      expected: `${JSON.stringify(expected)}: ${socket.role} is ${state}`,
      got: JSON.stringify(result) ?? 'no result',
      at: answer,
    })
  }
}

/** The application broadcasts to sockets. */
export function judgePageBroadcast(context: Context, played: PlayedStep): void {
  const as = `step ${played.turn}`
  const { answer, body } = expectAnswer(context, as, 200, 'socket.broadcast.all')
  const [request] = eventsOf(context.played.timeline, 'request', as)
  const text = String(readObject(request?.body ?? '')?.body)
  const reached = CLIENTS.flatMap((who) => context.people[who].sockets).filter((socket) =>
    socket.broadcast(text),
  )
  if (body.sockets === reached.length) return
  throw new Disagreement({
    requirement: 'socket.broadcast.all',
    cell: 'socket: open x broadcast',
    expected: `sockets ${reached.length}`,
    got: `sockets ${JSON.stringify(body.sockets)}`,
    at: answer,
  })
}

/** Takes in what was told about sockets before a step. */
export function noteClosed({ played, people }: Context, before: number): void {
  for (const socket of CLIENTS.flatMap((who) => people[who].sockets)) {
    const told = webhooksOf(played.timeline, socket.role, 'closed').find(
      ({ event }) => event.n < before,
    )
    if (!told) continue
    const answers = eventsOf(played.timeline, 'webhook-answer', socket.role)
    socket.tell(answers.some(({ to, n }) => to === told.event.n && n < before))
  }
}

function concerned({ sockets }: Person, { sockets: roles = [] }: PlayedStep): SocketModel[] {
  return sockets.filter(({ role }) => roles.includes(role))
}

function expectEnd(
  context: Context,
  { role, closeCodes }: SocketModel,
  requirement: string,
  cell: CellName,
): void {
  expectClose(context, role, closeCodes, requirement, cell)
}
