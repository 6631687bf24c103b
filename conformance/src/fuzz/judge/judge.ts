/** The judge of a sequence: goes through what was played with the model beside it; pure. */

import { Disagreement, type Finding, Unclear } from '../model/disagreement.ts'
import type { Played, PlayedStep } from '../played.ts'
import type { CellName, Tables } from '../states.ts'
import { CLIENTS } from '../step.ts'
import { judgeBroadcast, judgeList, judgePost, judgeRead } from './calls.ts'
import { judgeConnect, judgeMint, judgeSpoil } from './coming.ts'
import { type Context, expectClear, makeContext, offers, type Person, personOf } from './context.ts'
import { judgeFrames } from './frames.ts'
import {
  judgeClose,
  judgeDisconnect,
  judgeDrop,
  judgeExpire,
  judgeGrace,
  judgeSay,
} from './going.ts'
import { judgeBatch, judgeKeyed } from './posts.ts'
import { judgeReports } from './reports.ts'
import { judgeSocketEnds } from './socket-ends.ts'
import {
  judgePageAdmit,
  judgePageBroadcast,
  judgePageLeave,
  judgePageOpen,
  judgePageSay,
  judgePageSend,
  noteClosed,
} from './sockets.ts'

/** What the model says of a sequence. */
export interface Judgement {
  readonly finding?: Finding
  /** Why nothing can be said. */
  readonly unclear?: string
  /** Whether the service owes no report any more. */
  readonly isCalm: boolean
  /** Cells of the state tables that were passed for certain. */
  readonly visited: ReadonlySet<CellName>
}

/** How a sequence is judged. */
export interface JudgeOptions {
  readonly tables: Tables
  /** One that goes on owes nothing yet. */
  readonly isOver: boolean
  readonly hasWebhooks: boolean
  /** How late the suite may learn what happened elsewhere, in milliseconds. */
  readonly slackMs: number
}

/** Judges a sequence: the first thing that cannot be. */
export function judgeSequence(
  played: Played,
  { tables, isOver, hasWebhooks, slackMs }: JudgeOptions,
): Judgement {
  const visited = new Set<CellName>()
  const context = makeContext(played, tables, visited, slackMs)
  let turn = 0
  try {
    for (const step of played.steps) {
      turn = step.turn
      judgeStep(context, step)
    }
    expectNoOtherEnd(context)
    if (isOver) judgeFrames(context)
    if (isOver) judgeSocketEnds(context)
    const isReported = hasWebhooks && offers(context, 'presence')
    return { isCalm: !isReported || judgeReports(context, isOver), visited }
  } catch (error) {
    if (error instanceof Unclear) return { unclear: error.message, isCalm: true, visited }
    if (!(error instanceof Disagreement)) throw error
    const { offender } = error.what
    return {
      finding: { ...error.what, turn: turnOf(played, offender) ?? turn },
      isCalm: true,
      visited,
    }
  }
}

function turnOf({ steps }: Played, offender: number | undefined): number | undefined {
  return offender === undefined ? undefined : steps.findLast(({ from }) => from <= offender)?.turn
}

/** Judges of steps that come to nothing where something else happened meanwhile. */
const JUDGES: Readonly<
  Record<string, (context: Context, person: Person, played: PlayedStep) => void>
> = {
  connect: judgeConnect,
  spoil: judgeSpoil,
  close: judgeClose,
  drop: judgeDrop,
  say: judgeSay,
  post: judgePost,
  broadcast: (context, _, played) => judgeBroadcast(context, played),
  disconnect: judgeDisconnect,
  batch: judgeBatch,
  keyed: judgeKeyed,
  'page-open': judgePageOpen,
  'page-admit': judgePageAdmit,
  'page-say': judgePageSay,
  'page-leave': judgePageLeave,
  'page-send': judgePageSend,
  'page-broadcast': (context, _, played) => judgePageBroadcast(context, played),
  read: (context, person, played) =>
    played.step.how === 'list' ? judgeList(context, played) : judgeRead(context, person, played),
}

function judgeStep(context: Context, played: PlayedStep): void {
  const person = personOf(context, played)
  const { do: verb } = played.step
  if (played.isSkipped || verb === 'answer' || verb === 'settle') return
  if (verb.startsWith('page-')) {
    noteClosed(context, played.from)
    JUDGES[verb]?.(context, person, played)
    return
  }
  judgeMint(context, person, played)
  if (verb === 'expire') judgeExpire(context, person, played)
  else if (verb === 'grace') judgeGrace(context, person, played)
  else {
    expectClear(context, played)
    JUDGES[verb]?.(context, person, played)
  }
}

/** Whoever is still connected in the model was not closed by the service. */
function expectNoOtherEnd({ played, people }: Context): void {
  for (const who of CLIENTS) {
    const { current } = people[who]
    const close = played.timeline.events.find(
      (event) => event.kind === 'close' && event.as === current?.role,
    )
    if (!current || current.isDoubtful || close?.kind !== 'close') continue
    throw new Disagreement({
      requirement: ENDINGS[close.code] ?? 'connection.heartbeat.kept',
      expected: `connection ${current.role} stays open`,
      got: `Close ${close.code} ${close.reason}`,
      at: close,
    })
  }
}

/** The requirement that an unasked Close of this code breaks. */
const ENDINGS: Readonly<Record<number, string>> = {
  4009: 'connection.takeover.close',
  4010: 'control.disconnect.others',
  4300: 'token.expiry.close',
}
