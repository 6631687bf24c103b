/** What a sequence is made of: one row for each thing that a client or an application can do; plain data. */

import { latestOf } from '../timeline/latest.ts'
import type { Advertised } from '../timeline/timeline.ts'

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

/** A row of {@link ACTIONS}. */
export interface Action {
  readonly do: string
  readonly how: string
  /** In words; `{who}` is the client. */
  readonly words: string
  /** Profiles without which the step makes no sense. */
  readonly profiles?: readonly string[]
  /** How often it is chosen, beside the others. */
  readonly weight?: number
  /** What has to be so before: a connection, a token kept, a token that is about to expire, a grace. */
  /** Seconds that it takes, where that depends on the target. */
  readonly longestSeconds?: (advertised: Advertised) => number
  readonly needs?: 'connection' | 'token' | 'short-token' | 'grace' | 'webhooks' | 'listed-origins'
}

const PRESENCE = ['presence']
const RESUME = ['resume']
const ROBUST = ['robust']

/** Simplest first: a step shrinks towards the rows before it. */
export const ACTIONS: readonly Action[] = [
  { do: 'connect', how: 'fresh', words: '{who} connects with a fresh token', weight: 8 },
  { do: 'post', how: 'small', words: 'the application posts to {who}', weight: 8 },
  {
    do: 'close',
    how: '1000',
    words: '{who} says goodbye: Close 1000',
    weight: 3,
    needs: 'connection',
  },
  {
    do: 'drop',
    how: 'silently',
    words: '{who} is lost, without a Close',
    weight: 4,
    needs: 'connection',
  },
  { do: 'mint', how: 'long', words: 'a token for {who} is minted and kept', weight: 2 },
  {
    do: 'connect',
    how: 'kept',
    words: '{who} connects with its newest token',
    weight: 6,
    needs: 'token',
  },
  {
    do: 'connect',
    how: 'first',
    words: '{who} connects with its first token',
    weight: 4,
    needs: 'token',
  },
  {
    do: 'disconnect',
    how: 'plain',
    words: 'the application disconnects {who}',
    profiles: ['control'],
    weight: 2,
  },
  {
    do: 'disconnect',
    how: 'revoke',
    words: 'the application disconnects {who} and revokes its tokens',
    weight: 4,
    profiles: ['control'],
  },
  {
    do: 'disconnect',
    how: 'malformed',
    words: 'the application disconnects {who} with revoke_tokens "yes"',
    profiles: ['control'],
  },
  {
    do: 'read',
    how: 'one',
    words: 'the application reads whether {who} is online',
    profiles: ['presence-sync'],
    weight: 2,
  },
  {
    do: 'read',
    how: 'list',
    words: 'the application reads the list of who is online',
    profiles: ['presence-sync'],
  },
  {
    do: 'broadcast',
    how: 'small',
    words: 'the application broadcasts',
    profiles: ['broadcast'],
    weight: 3,
  },
  {
    do: 'broadcast',
    how: 'empty',
    words: 'the application broadcasts an empty text',
    profiles: ['broadcast'],
  },
  { do: 'post', how: 'six', words: 'the application posts to {who} six times', weight: 2 },
  {
    do: 'post',
    how: 'twenty',
    words: 'the application posts to {who} twenty times',
    weight: 2,
  },
  {
    do: 'post',
    how: 'strange',
    words: 'the application posts quotes, controls and emoji to {who}',
  },
  {
    do: 'post',
    how: 'large',
    words: 'the application posts 20,000 bytes to {who} four times',
    weight: 2,
  },
  { do: 'post', how: 'empty', words: 'the application posts an empty text to {who}' },
  { do: 'post', how: 'too-large', words: 'the application posts more than data_bytes to {who}' },
  {
    do: 'connect',
    how: 'after-last',
    words: '{who} comes back behind the last message that it received',
    profiles: RESUME,
    weight: 3,
  },
  {
    do: 'connect',
    how: 'after-first',
    words: '{who} comes back with the cursor of its first token',
    profiles: RESUME,
    weight: 3,
  },
  {
    do: 'connect',
    how: 'after-both',
    words: '{who} comes back behind the last message and broadcast that it received',
    profiles: ['resume', 'broadcast'],
    weight: 2,
  },
  {
    do: 'connect',
    how: 'after-unknown',
    words: '{who} comes back with a cursor that nobody issued',
    profiles: RESUME,
  },
  {
    do: 'connect',
    how: 'after-foreign',
    words: "{who} comes back with a cursor of the other client's",
    profiles: RESUME,
  },
  { do: 'connect', how: 'altered', words: '{who} connects with an altered token' },
  { do: 'connect', how: 'without', words: '{who} connects without a token' },
  { do: 'connect', how: 'two', words: '{who} connects with two tokens' },
  {
    do: 'connect',
    how: 'unoffered',
    words: '{who} connects and does not offer channel-protocol.v1',
  },
  {
    do: 'connect',
    how: 'foreign-origin',
    words: '{who} connects from an origin that is not listed',
    needs: 'listed-origins',
  },
  { do: 'close', how: 'empty', words: '{who} says goodbye: an empty Close', needs: 'connection' },
  {
    do: 'close',
    how: '1001',
    words: '{who} leaves with Close 1001',
    weight: 2,
    needs: 'connection',
  },
  { do: 'close', how: '3000', words: '{who} leaves with Close 3000', needs: 'connection' },
  { do: 'close', how: '4300', words: '{who} leaves with Close 4300', needs: 'connection' },
  { do: 'say', how: 'text', words: '{who} sends a text', needs: 'connection', weight: 2 },
  { do: 'say', how: 'binary', words: '{who} sends bytes', needs: 'connection' },
  { do: 'say', how: 'twice', words: '{who} sends two texts at once', needs: 'connection' },
  { do: 'say', how: 'large', words: '{who} sends 5,000 bytes', needs: 'connection' },
  {
    do: 'spoil',
    how: 'unmasked',
    words: '{who} connects and sends an unmasked frame',
    profiles: ROBUST,
  },
  {
    do: 'spoil',
    how: 'reserved',
    words: '{who} connects and sends a frame with a reserved bit',
    profiles: ROBUST,
  },
  {
    do: 'spoil',
    how: 'not-utf8',
    words: '{who} connects and sends a text that is not UTF-8',
    profiles: ROBUST,
  },
  {
    do: 'spoil',
    how: 'silent',
    words: '{who} connects and answers no Ping',
    profiles: ROBUST,
    longestSeconds: (advertised) =>
      latestOf('heartbeat_seconds', 'pong_timeout_seconds')(advertised),
  },
  {
    do: 'grace',
    how: 'over',
    words: 'the grace of {who} passes',
    weight: 5,
    profiles: PRESENCE,
    needs: 'grace',
  },
  { do: 'mint', how: 'short', words: 'a token of 1 s for {who} is minted and kept', weight: 2 },
  { do: 'connect', how: 'short', words: '{who} connects with a fresh token of 1 s', weight: 4 },
  { do: 'expire', how: 'now', words: 'the token of 1 s expires', weight: 5, needs: 'short-token' },
  {
    do: 'answer',
    how: '204',
    words: 'the application answers webhooks again',
    weight: 3,
    needs: 'webhooks',
  },
  {
    do: 'answer',
    how: '500',
    words: 'the application answers webhooks with 500',
    weight: 2,
    needs: 'webhooks',
  },
  {
    do: 'answer',
    how: '404',
    words: 'the application answers webhooks with 404',
    needs: 'webhooks',
  },
  {
    do: 'answer',
    how: '302',
    words: 'the application answers webhooks with 302',
    needs: 'webhooks',
  },
  {
    do: 'answer',
    how: 'hold',
    words: 'the application leaves webhooks unanswered',
    weight: 2,
    needs: 'webhooks',
  },
  {
    do: 'answer',
    how: '503',
    words: 'the application answers webhooks with 503',
    needs: 'webhooks',
  },
  {
    do: 'answer',
    how: 'drop',
    words: 'the application breaks the connections of webhooks',
    needs: 'webhooks',
  },
  {
    do: 'settle',
    how: 'all',
    words: 'time passes until no report is due',
    weight: 3,
    needs: 'webhooks',
  },
]

const EVERYBODY = new Set(['broadcast', 'answer', 'settle'])

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
      (action.longestSeconds?.(advertised) ?? 0) <= patienceSeconds &&
      (action.needs !== 'listed-origins' || origins === 'listed'),
  )
}
