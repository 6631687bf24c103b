/** Plays one sequence on a target and has it judged; it alone knows on which service and by which clock. */

import { randomBytes } from 'node:crypto'
import { makeDrive } from '../drive/drive.ts'
import type { Http } from '../drive/http.ts'
import { SetUpFailed } from '../drive/set-up-failed.ts'
import type { Site } from '../drive/site.ts'
import { makeSteppedClock } from '../drive/stepped-clock.ts'
import { REAL_CLOCK, within } from '../drive/waiting.ts'
import type { StallWatch } from '../stall-watch.ts'
import type { Target } from '../target/target.ts'
import { startRecorder } from '../timeline/recorder.ts'
import { type Judgement, judgeSequence } from './judge/judge.ts'
import { playSequence } from './play/player.ts'
import type { Played } from './played.ts'
import type { Tables } from './states.ts'
import type { Step } from './step.ts'

/** How late the suite may learn something, in milliseconds: in real time, and where it moves the time itself. */
const SLACK_MS = { real: 500, virtual: 5 }
/** Longest that one sequence is played, on this machine's clock. */
const LONGEST_MS = { real: 120_000, virtual: 10_000 }
/** A stall of the suite that could be taken for a slow target. */
const STALL_MS = 200

/** One attempt of a sequence. */
export interface Attempt extends Judgement {
  /** Absent where nothing could be played. */
  readonly played?: Played
  /** What must not be shown of it. */
  readonly secrets: readonly string[]
}

/** What attempts have in common. */
export interface Surroundings {
  readonly target: Target
  readonly http: Http
  readonly tables: Tables
  readonly patienceMs: number
  readonly watch: StallWatch
}

/** Plays and judges a sequence, on a service of its own where the suite can start one. Never rejects for what a target does. */
export async function trySequence(around: Surroundings, steps: readonly Step[]): Promise<Attempt> {
  const { site } = around.target
  if (!site.launch) return tryOn(site, around, steps)
  try {
    const prefix = `/i/${randomBytes(9).toString('hex')}`
    const launched = await site.launch(prefix, site.steps ? { clock: 'virtual' } : {})
    try {
      return await tryOn(launched.site, around, steps)
    } finally {
      await launched.stop().catch(() => undefined)
    }
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error
    return notPlayed(error.message)
  }
}

async function tryOn(
  site: Site,
  { target, http, tables, patienceMs, watch }: Surroundings,
  steps: readonly Step[],
): Promise<Attempt> {
  const startedMs = performance.now()
  const recorder = startRecorder(site.clock ? makeSteppedClock(site.clock) : REAL_CLOCK)
  const drive = makeDrive(site, http, recorder, patienceMs)
  const hasWebhooks = site.receiver !== undefined
  const slackMs = site.clock ? SLACK_MS.virtual : SLACK_MS.real
  const judge = (played: Played, isOver: boolean): Judgement =>
    judgeSequence(played, { tables, isOver, hasWebhooks, slackMs })
  try {
    const longestMs = site.clock ? LONGEST_MS.virtual : LONGEST_MS.real
    const playing = playSequence(drive, steps, {
      recorder,
      hasWebhooks,
      isCalm: (soFar) => judge(soFar, false).isCalm,
    })
    const played = await within(playing, longestMs)
    if (!played) return notPlayed(`one took longer than ${longestMs / 1000} s`)
    const judgement = judge(played, true)
    const stalledMs = site.clock ? 0 : watch.longestSince(startedMs)
    const isSpoilt = judgement.finding !== undefined && stalledMs >= STALL_MS
    return {
      ...(isSpoilt
        ? { ...notPlayed(`the suite itself stood still for ${Math.round(stalledMs)} ms`) }
        : judgement),
      played,
      secrets: [...target.secrets, ...recorder.secrets],
    }
  } catch (error) {
    if (!(error instanceof SetUpFailed)) throw error
    return notPlayed(error.message)
  } finally {
    await drive.finish().catch(() => undefined)
  }
}

function notPlayed(unclear: string): Attempt {
  return { unclear, isCalm: true, visited: new Set(), secrets: [] }
}
