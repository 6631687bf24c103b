/** Plays a sequence against a target, one step after the other, and ends it so that everything can be judged. */

import { TIMINGS } from '@channel-protocol/schemas/registry'
import type { Drive } from '../../drive/drive.ts'
import { latestOf } from '../../timeline/latest.ts'
import type { Recorder } from '../../timeline/recorder.ts'
import { seconds } from '../../timeline/timeline.ts'
import type { Played, PlayedStep } from '../played.ts'
import { CLIENTS, describeStep, type Step, type Who } from '../step.ts'
import * as calling from './calling.ts'
import { connect, mint, spoil } from './connecting.ts'
import { close, drop, expire, say, waitForGrace } from './leaving.ts'
import * as paging from './paging.ts'
import * as posting from './posting.ts'
import { type Done, graceMs, offers, type Person, type World } from './world.ts'

/** How long before something would happen by itself the player lets it happen first. */
const AHEAD_MS = 300
const SETTLE_SECONDS = 0.25

/** Whether a step lets time pass. */
function lasts({ do: verb, how }: Step): boolean {
  return LASTING.has(verb) || how === 'silent'
}

const LASTING = new Set(['settle', 'grace', 'expire', 'drop'])

/** What a player needs besides its hands. */
export interface PlayerOptions {
  readonly recorder: Recorder
  readonly hasWebhooks: boolean
  readonly isCalm: (played: Played) => boolean
}

/** Plays the steps and then ends: everybody used comes, is posted to, says goodbye, and is reported. */
export async function playSequence(
  drive: Drive,
  sequence: readonly Step[],
  options: PlayerOptions,
): Promise<Played> {
  const { recorder } = options
  const application = calling.makeApplication()
  const isReported = options.hasWebhooks && drive.advertised.profiles.includes('presence')
  const meet = (who: Who): Person => {
    const clientId = drive.clientId()
    return {
      who,
      clientId,
      tokens: [],
      received: {},
      connections: 0,
      current: undefined,
      sockets: [],
      keyed: undefined,
      lostAtMs: undefined,
      newestSeq: 0,
      webhooks: isReported ? drive.webhooks(who, clientId, () => application.reply()) : undefined,
    }
  }
  const people = { ada: meet('ada'), bob: meet('bob') }
  const world: World = { drive, recorder, people, application, isCalm: options.isCalm }
  const steps: PlayedStep[] = []
  const played = (): Played => ({
    timeline: { advertised: drive.advertised, events: [...recorder.events] },
    steps: [...steps],
    clientIds: { ada: people.ada.clientId, bob: people.bob.clientId },
    endMs: drive.nowMs(),
  })

  /** Has the handshakes answered that would find no answer in time. */
  async function admit(withinMs: number): Promise<void> {
    for (const who of CLIENTS)
      if (paging.waitsTooLong(world, people[who], withinMs))
        await perform({ do: 'page-admit', how: 'accept', who })
  }

  async function perform(step: Step, number?: number): Promise<void> {
    if (step.do !== 'page-admit') await admit(lasts(step) ? Number.POSITIVE_INFINITY : AHEAD_MS)
    const turn = steps.length + 1
    const [from, startMs] = [recorder.events.length + 1, drive.nowMs()]
    drive.note(`step ${turn}`, describeStep(step))
    const done = await act(world, step, `step ${turn}`, played)
    steps.push({
      turn,
      ...(number !== undefined && { number }),
      step,
      from,
      to: recorder.events.length,
      startMs,
      endMs: drive.nowMs(),
      ...done,
    })
  }

  /** Lets happen first what would otherwise happen in the midst of the next step. */
  async function letPass(withinMs: number): Promise<void> {
    for (const who of CLIENTS) {
      const person = people[who]
      const expiry = person.current?.token.expiry
      if (expiry && drive.nowMs() + withinMs >= expiry.earliestMs)
        await perform({ do: 'expire', how: 'now', who })
      const { lostAtMs } = person
      if (
        lostAtMs !== undefined &&
        offers(world, 'presence') &&
        drive.nowMs() + withinMs >= lostAtMs + graceMs(world)
      )
        await perform({ do: 'grace', how: 'over', who })
    }
  }

  for (const [index, step] of sequence.entries()) {
    await letPass(step.do === 'settle' ? Number.POSITIVE_INFINITY : AHEAD_MS)
    await perform(step, index + 1)
  }
  await letPass(AHEAD_MS)
  for (const step of finale(world, sequence)) await perform(step)
  return played()
}

async function act(world: World, step: Step, as: string, played: () => Played): Promise<Done> {
  const person = world.people[step.who ?? 'ada']
  switch (step.do) {
    case 'mint': {
      const { index } = await mint(world, person, step.how === 'short')
      return { token: index }
    }
    case 'connect':
      if ((step.how === 'kept' || step.how === 'first') && person.tokens.length === 0)
        return { isSkipped: true }
      return connect(world, person, step)
    case 'spoil':
      return spoil(world, person, step)
    case 'close':
      return close(world, person, step)
    case 'drop':
      return drop(world, person, as)
    case 'say':
      return say(world, person, step)
    case 'expire':
      return expire(world, person)
    case 'grace':
      return waitForGrace(world, person, as)
    case 'post':
      return calling.post(world, person, as, step)
    case 'broadcast':
      return calling.broadcast(world, as, step)
    case 'disconnect':
      return calling.disconnect(world, person, as, step)
    case 'read':
      return step.how === 'list' ? calling.list(world, as) : calling.read(world, person, as)
    case 'batch':
      return posting.batch(world, person, as)
    case 'keyed':
      return posting.keyed(world, person, as, step)
    case 'page-open':
      return paging.open(world, person, step)
    case 'page-admit':
      return paging.admit(person, step)
    case 'page-say':
      return paging.say(world, person, step)
    case 'page-leave':
      return paging.leave(person, step)
    case 'page-send':
      return paging.send(world, person, as)
    case 'page-broadcast':
      return paging.broadcast(world, as)
    case 'answer':
      return calling.changeAnswers(world.application, step)
    case 'settle':
      return settle(world, played)
    default:
      throw new Error(`there is no step ${step.do}`)
  }
}

/** Waits until the model says that nothing is due, or that it cannot be explained any more. */
async function settle(world: World, played: () => Played): Promise<Done> {
  const untilMs = world.drive.nowMs() + longestDueMs(world)
  while (world.drive.nowMs() < untilMs && !world.isCalm(played()))
    await world.drive.pass(SETTLE_SECONDS)
  return {}
}

/** After it a service that answers still owes no report of a change: by no schedule is one due so late. */
function longestDueMs({ drive: { advertised } }: World): number {
  const timers = ['webhook_timeout_seconds', 'presence_interval_seconds'] as const
  const delays = TIMINGS.webhook_retry_seconds.largest_delay * 2
  return (
    (latestOf(...timers)(advertised) + seconds(advertised, 'webhook_pause_seconds') * 4 + delays) *
    1000
  )
}

/** What proves the absence of everything that did not come before: later events on the same ways. */
function finale(world: World, sequence: readonly Step[]): Step[] {
  const { people } = world
  const used = CLIENTS.filter((who) => sequence.some((step) => step.who === who))
  const pages = CLIENTS.filter((who) => people[who].sockets.length > 0)
  // Whoever has pages alone needs no channel.
  const connected = used.filter((who) =>
    sequence.some((step) => step.who === who && !step.do.startsWith('page-')),
  )
  const isReported = people.ada.webhooks !== undefined
  const canRead = offers(world, 'presence-sync')
  return [
    ...(isReported ? [{ do: 'answer', how: '204' }] : []),
    ...connected.map((who) => ({ do: 'connect', how: 'fresh', who })),
    ...(offers(world, 'broadcast') ? [{ do: 'broadcast', how: 'small' }] : []),
    ...connected.map((who) => ({ do: 'post', how: 'small', who })),
    ...connected.flatMap((who) => (canRead ? [{ do: 'read', how: 'one', who }] : [])),
    ...connected.map((who) => ({ do: 'close', how: '1000', who })),
    ...connected.flatMap((who) => (canRead ? [{ do: 'read', how: 'one', who }] : [])),
    ...pages.flatMap((who) => farewell(people[who])),
    ...(isReported ? [{ do: 'settle', how: 'all' }] : []),
  ]
}

/** Every socket is answered, spoken to once more, and left. */
function farewell({ who, sockets }: Person): Step[] {
  const there = sockets.filter(({ state }) => state === 'open' || state === 'pending')
  return [
    { do: 'page-admit', how: 'accept', who },
    { do: 'page-send', how: 'all', who },
    ...there.map(() => ({ do: 'page-leave', how: '1000', who })),
  ]
}
