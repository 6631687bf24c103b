/** Finds where implementations differ: in their verdicts, and, where all of them pass, in what they do. */

import type { Report } from '@channel-protocol/schemas/types'
import { timelineOf } from '../replay.ts'
import { type Verdict, worst } from '../verdict.ts'
import { type Deed, deedsOf } from './canonical.ts'
import { type Unshared, unsharedOf } from './of-profile.ts'

/** A requirement of which not every target has the same verdict, although each announces what it belongs to. */
export interface MatrixRow {
  readonly requirement: string
  readonly level: string
  /** In the order of the targets. */
  readonly verdicts: readonly Verdict[]
}

/** A behaviour that the specification leaves open: everybody passes, and they do not do the same. */
export interface Hole {
  /** The requirement that all of them pass where it shows. */
  readonly requirement: string
  /** The first check that shows it, and those that show the very same. */
  readonly check: string
  readonly also: readonly string[]
  /** What was done differently: `frame welcome`, `close`, an answer with its outcome where all had that ... */
  readonly act: string
  /** What only this target did, in the order of the targets; empty for one that never did the act. */
  readonly deeds: readonly (readonly Deed[])[]
}

/** What a comparison found. */
export interface Comparison {
  /** How many requirements have a verdict of every target. */
  readonly judgedByAll: number
  readonly matrix: readonly MatrixRow[]
  readonly holes: readonly Hole[]
  /** How many checks passed everywhere and were compared. */
  readonly compared: number
  /** Profiles that some targets announce and others do not: what belongs to them is not compared. */
  readonly unshared: readonly UnsharedProfile[]
}

/** A profile that not every target announces. */
export interface UnsharedProfile {
  readonly profile: string
  /** Positions of the targets that announce it. */
  readonly offeredBy: readonly number[]
}

/** Compares reports of at least two targets; what they did is compared where every run was recorded. */
export function compareReports(reports: readonly Report[]): Comparison {
  const verdicts = reports.map(verdictsOf)
  const rows = reports
    .flatMap(({ requirements }) => requirements)
    .filter(({ id }, at, all) => all.findIndex((other) => other.id === id) === at)
    .map(({ id, level }) => ({
      requirement: id,
      level,
      verdicts: verdicts.map((own) => own.get(id) ?? 'not-run'),
    }))
  const isJudged = (row: MatrixRow): boolean =>
    row.verdicts.every((verdict) => ['pass', 'fail', 'warn'].includes(verdict))
  const isOffered = (row: MatrixRow): boolean => !row.verdicts.includes('unsupported')
  const passed = passedByAll(reports)
  const announced = reports.map(({ target }) => target.profiles)
  const every = [...new Set(announced.flat())]
  const shared = every.filter((profile) => announced.every((own) => own.includes(profile)))
  return {
    judgedByAll: rows.filter(isJudged).length,
    matrix: rows.filter((row) => isOffered(row) && new Set(row.verdicts).size > 1),
    holes: findHoles(reports, passed, unsharedOf(new Set(shared))),
    compared: passed.length,
    unshared: every
      .filter((profile) => !shared.includes(profile))
      .map((profile) => ({
        profile,
        offeredBy: announced.flatMap((own, at) => (own.includes(profile) ? [at] : [])),
      })),
  }
}

function verdictsOf({ results }: Report): Map<string, Verdict> {
  const byRequirement = Map.groupBy(results, ({ requirement }) => requirement)
  return new Map(
    [...byRequirement].map(([id, own]) => [id, worst(own.map(({ verdict }) => verdict))]),
  )
}

type SavedResult = Report['results'][number]

/** Checks that passed against every target, with the results in the order of the targets. */
function passedByAll(reports: readonly Report[]): (readonly SavedResult[])[] {
  const byCheck = reports.map(
    ({ results }) => new Map(results.map((result) => [result.check, result])),
  )
  return (reports[0]?.results ?? []).flatMap(({ check }) => {
    const results = byCheck.flatMap((own) => own.get(check) ?? [])
    const isComparable =
      results.length === reports.length &&
      results.every(({ verdict, events }) => verdict === 'pass' && events)
    return isComparable ? [results] : []
  })
}

function findHoles(
  reports: readonly Report[],
  passed: (readonly SavedResult[])[],
  unshared: Unshared,
): Hole[] {
  const holes = new Map<string, Hole>()
  const seen = passed.map((results) => ({
    results,
    deeds: results.map((result, at) =>
      deedsOf(timelineOf(reports[at] as Report, result), unshared),
    ),
  }))
  const habits = reports.map((_, at) => habitsOf(seen.flatMap(({ deeds }) => deeds[at] ?? [])))
  for (const { results, deeds } of seen) {
    const [first] = results
    if (!first) continue
    const { check, requirement } = first
    for (const [act, own] of differing(deeds, habits)) {
      const shapes = own.map((some) => [...new Set(some.map(sayingOf))].sort())
      const behaviour = JSON.stringify([act, shapes])
      const hole = holes.get(behaviour)
      if (hole) holes.set(behaviour, { ...hole, also: [...hole.also, check] })
      else holes.set(behaviour, { requirement, check, also: [], act, deeds: own })
    }
  }
  return [...holes.values()]
}

/** All that a target was seen to do in a run, whatever for. */
interface Habits {
  readonly acts: ReadonlySet<string>
  readonly sayings: ReadonlySet<string>
}

function habitsOf(deeds: readonly Deed[]): Habits {
  return { acts: new Set(deeds.map(({ act }) => act)), sayings: new Set(deeds.map(keyOf)) }
}

/**
 * By act, what only one target did in one check. Whether an act was seen at all may be a matter of when the check ended,
 * and which members a body has a matter of what other checks did: both count only where another target never did it in
 * the whole run. An outcome counts always.
 */
function differing(
  deeds: readonly (readonly Deed[])[],
  habits: readonly Habits[],
): [act: string, own: (readonly Deed[])[]][] {
  const places = new Map(deeds.flat().map(({ as, act }) => [`${act}\n${as}`, { as, act }]))
  const found = [...places.values()].flatMap(({ as, act }) => {
    const own = deeds.map((some) => some.filter((deed) => deed.as === as && deed.act === act))
    const isAlien = habits.some(({ acts }) => !acts.has(act))
    return isAlien || own.every((some) => some.length > 0) ? byOutcome(act, own) : []
  })
  return [...Map.groupBy(found, ({ what }) => what)].flatMap(([what, roles]) => {
    const only = roles.map(({ own }) => onlyOf(own, habits))
    const all = deeds.map((_, at) => only.flatMap((own) => own[at] ?? []))
    return all.some((own) => own.length > 0) ? [[what, all]] : []
  })
}

interface Compared {
  readonly what: string
  readonly own: readonly (readonly Deed[])[]
}

/** An outcome that every target had is compared for itself; the others together, as they stand for each other. */
function byOutcome(act: string, own: readonly (readonly Deed[])[]): Compared[] {
  const shared = [...new Set(own[0]?.map(({ outcome }) => outcome))].filter((outcome) =>
    own.every((some) => some.some((deed) => deed.outcome === outcome)),
  )
  const others = own.map((some) => some.filter(({ outcome }) => !shared.includes(outcome)))
  return [
    ...shared.map((outcome) => ({
      what: `${act} ${outcome}`.trimEnd(),
      own: own.map((some) => some.filter((deed) => deed.outcome === outcome)),
    })),
    { what: act, own: others },
  ]
}

function onlyOf(own: readonly (readonly Deed[])[], habits: readonly Habits[]): Deed[][] {
  return own.map((some, at) =>
    some.filter((deed) =>
      own.some((others, other) => {
        if (other === at) return false
        const isOtherOutcome = others.every(({ outcome }) => outcome !== deed.outcome)
        return isOtherOutcome || habits[other]?.sayings.has(keyOf(deed)) === false
      }),
    ),
  )
}

/** What was done, in words. */
export function sayingOf({ outcome, shape }: Deed): string {
  return [outcome, shape].filter((part) => part !== '').join(', ')
}

function keyOf(deed: Deed): string {
  return `${deed.act}\n${sayingOf(deed)}`
}
