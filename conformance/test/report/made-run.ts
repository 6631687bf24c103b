/** Makes small runs for the tests of the reports: a ledger of one chapter, results, and what follows from them. */

import { REAL_CLOCK } from '../../src/drive/waiting.ts'
import type { Ledger, Requirement } from '../../src/ledger.ts'
import { makeReport, type Report, type ReportRun } from '../../src/report/report.ts'
import { type RunFacts, type Summary, summarise } from '../../src/summary.ts'
import { readAdvertised } from '../../src/target/advertised.ts'
import type { TimelineEvent, Unrecorded } from '../../src/timeline/event.ts'
import { startRecorder } from '../../src/timeline/recorder.ts'
import type { Timeline } from '../../src/timeline/timeline.ts'
import type { Result } from '../../src/verdict.ts'

/** What the target of the made runs advertises. */
export const advertised = readAdvertised('http://127.0.0.1:1', undefined, [])

const row = (id: string, chapter: string, level: Requirement['level'] = 'MUST'): Requirement => ({
  id,
  level,
  actor: 'service',
  profile: 'core',
  class: 'wire',
  rows: [],
  chapter,
  section: 'Expiry',
  text: `The service ${level} do what ${id} says.`,
})
const rows = [
  row('token.expired.refused', 'token'),
  row('token.answer.soon', 'token', 'SHOULD'),
  row('message.order.kept', 'message'),
]

/** Two chapters, three requirements. */
export const ledger: Ledger = {
  revision: '1.0',
  requirements: rows,
  find: (id) => rows.find((candidate) => candidate.id === id) as Requirement,
}

/** A timeline of the given events, a tenth of a second apart. */
export function timelineOf(...events: readonly Unrecorded[]): Timeline {
  let atMs = 1_772_366_400_000
  const recorder = startRecorder({
    ...REAL_CLOCK,
    nowMs() {
      atMs += 100
      return atMs
    },
  })
  for (const event of events) recorder.record(event)
  return { advertised, events: recorder.events }
}

/** A frame with a text. */
export const frame = (as: string, text: string): Unrecorded<TimelineEvent> => ({
  kind: 'frame',
  as,
  type: 'text',
  text,
})

/** A result of the first requirement; members given replace it. */
export const resultOf = (members: Partial<Result>): Result => ({
  check: `${members.requirement ?? 'token.expired.refused'}.check`,
  requirement: 'token.expired.refused',
  verdict: 'pass',
  durationMs: 250,
  ...members,
})

/** A failure with everything that a failure can have. */
export const failure = resultOf({
  verdict: 'fail',
  expected: 'a close with 4300 token-expired',
  got: 'a welcome envelope',
  offender: 2,
  control: 'worked',
  timeline: timelineOf(
    { kind: 'open', as: 'defect', subprotocol: 'channel.v1' },
    frame('defect', '{"type":"welcome"}'),
  ),
})

/** The command that the made runs give. */
export const reproduce = (check: string): string => `channel-conformance run ${check} --seed 7`

/** The summary of results. */
export function summaryOf(results: readonly Result[], facts: Partial<RunFacts> = {}): Summary {
  return summarise(results, ledger, {
    profiles: ['core'],
    testTimings: true,
    isPartial: false,
    isStrict: false,
    ...facts,
  })
}

/** The report of results. */
export function reportOf(results: readonly Result[], run: Partial<ReportRun> = {}): Report {
  return makeReport({
    results,
    summary: summaryOf(results),
    ledger,
    target: {
      name: 'a server',
      implementation: { name: 'example', version: '' },
      site: { baseUrl: advertised.baseUrl, advertised },
    },
    run: { seed: 7, startedAt: new Date(0), seconds: 1.5, ...run },
    version: '1.0.0',
    reproduce,
  })
}

/** One result of every verdict. */
export const ofEveryVerdict: readonly Result[] = [
  failure,
  resultOf({ check: 'token.a', timeline: timelineOf(frame('client', 'seen by a pass')) }),
  resultOf({ check: 'token.b', verdict: 'inconclusive', reason: 'nothing was observed' }),
  resultOf({
    check: 'token.c',
    requirement: 'token.answer.soon',
    verdict: 'warn',
    expected: 'an answer within 1 s',
    got: 'one after 2 s',
    timeline: timelineOf(frame('client', 'seen by a warning')),
  }),
  resultOf({
    check: 'message.a',
    requirement: 'message.order.kept',
    verdict: 'not-run',
    reason: 'needs key: give --application-key',
    durationMs: 0,
  }),
  resultOf({
    check: 'message.b',
    requirement: 'message.order.kept',
    verdict: 'unsupported',
    reason: 'profile presence is not announced',
    durationMs: 0,
  }),
  resultOf({
    check: 'message.c',
    requirement: 'message.order.kept',
    verdict: 'defect',
    reason: 'a judge threw: TypeError: oops\n    at judge (a.ts:1)',
  }),
]
