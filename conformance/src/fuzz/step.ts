/** What a sequence is made of: steps, each a row of what clients and applications can do; plain data. */

import type { Advertised } from '../timeline/timeline.ts'
import type { Action } from './action.ts'
import { CHANNEL_ACTIONS } from './channel-actions.ts'
import { POSTING_ACTIONS } from './posting-actions.ts'
import { SOCKET_ACTIONS } from './socket-actions.ts'

/** The clients of a sequence. */
export const CLIENTS = ['ada', 'bob'] as const

/** The name of a client. */
export type Who = (typeof CLIENTS)[number]

/** One step of a sequence, as a saved case has it. */
export interface Step {
  readonly do: string
  readonly how: string
  /** Absent where the step concerns everybody. */
  readonly who?: Who
}

/** Simplest first: a step shrinks towards the rows before it. */
export const ACTIONS: readonly Action[] = [
  ...CHANNEL_ACTIONS,
  ...POSTING_ACTIONS,
  ...SOCKET_ACTIONS,
]

const EVERYBODY = new Set(['broadcast', 'page-broadcast', 'answer', 'settle'])

/** The step of an action. */
export function stepOf(action: Pick<Action, 'do' | 'how'>, who: Who): Step {
  const { do: verb, how } = action
  return EVERYBODY.has(verb) || (verb === 'read' && how === 'list')
    ? { do: verb, how }
    : { do: verb, how, who }
}

/** The row of a step; undefined where there is none. */
export function actionOf(step: Pick<Step, 'do' | 'how'>): Action | undefined {
  return ACTIONS.find((action) => action.do === step.do && action.how === step.how)
}

/** A step in words. */
export function describeStep(step: Step): string {
  return (actionOf(step)?.words ?? `${step.do} ${step.how}`).replace(
    '{who}',
    step.who === 'bob' ? 'Bob' : 'Ada',
  )
}

/** What a target lets a fuzzer do. */
export interface Abilities {
  readonly advertised: Advertised
  /** Longest that one step may take, in seconds; unbounded where the suite moves the time. */
  readonly patienceSeconds: number
  /** Whether its webhooks reach the suite. */
  readonly hasWebhooks: boolean
}

/** The actions that make sense with a target. */
export function actionsFor({
  advertised,
  hasWebhooks,
  patienceSeconds,
}: Abilities): readonly Action[] {
  const { profiles, origins } = advertised
  return ACTIONS.filter(
    (action) =>
      (action.profiles ?? []).every((profile) => profiles.includes(profile)) &&
      (action.needs !== 'webhooks' || (hasWebhooks && profiles.includes('presence'))) &&
      (!action.profiles?.includes('sockets') || hasWebhooks) &&
      (action.longestSeconds?.(advertised) ?? 0) <= patienceSeconds &&
      (action.needs !== 'listed-origins' || origins === 'listed'),
  )
}
