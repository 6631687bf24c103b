/** Says in what two recordings of one stimulus differ, as far as that is not a matter of how fast the machine was. */

import type { Transcript } from '../../src/report/golden.ts'

/** Each difference in one line; none where they tell the same, apart from what varies. */
export function differencesOf(recorded: Transcript, anew: Transcript): string[] {
  const differences = [
    ...compareRoles(recorded, anew),
    ...(recorded.varies ? [] : compareLines(recorded, anew)),
  ]
  return differences.map((difference) => `${recorded.checks[0]}: ${difference}`)
}

/** The transcript, allowing for what another recording of the same stimulus shows otherwise. */
export function allowFor(recorded: Transcript, other: Transcript): Transcript {
  const shapesOf = (transcript: Transcript): Set<string> =>
    new Set(
      [...readRoles(transcript)].flatMap(([role, shapes]) =>
        [...shapes].map((shape) => `${role}: ${shape}`),
      ),
    )
  const sometimes = [
    ...missing(shapesOf(recorded), shapesOf(other)),
    ...missing(shapesOf(other), shapesOf(recorded)),
    ...(recorded.sometimes ?? []),
  ]
  const varies = recorded.varies ?? [...compareLines(recorded, other)].length > 0
  return {
    ...recorded,
    ...(sometimes.length > 0 && { sometimes: [...new Set(sometimes)].sort() }),
    ...(varies && { varies: true }),
  }
}

function missing(some: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...some].filter((shape) => !others.has(shape))
}

/** What may come too late to be seen by a role that does not wait for it: frames, the end of a connection, webhooks. */
const LATE = /^(?:Close \d+|ends |webhook |answers |frame )/

function* compareRoles(recorded: Transcript, anew: Transcript): Generator<string> {
  const before = readRoles(recorded)
  const after = readRoles(anew)
  const sometimes = new Set(recorded.sometimes)
  const only = (role: string, some: Set<string>, others: Set<string>): string[] =>
    missing(some, others).filter((shape) => !sometimes.has(`${role}: ${shape}`))
  for (const role of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(role) ?? new Set()
    const is = after.get(role) ?? new Set()
    const gone = only(role, was, is)
    const come = only(role, is, was)
    if (gone.length === 0 && come.length === 0) continue
    if (was.size === 0 || is.size === 0)
      yield `${role} is ${is.size === 0 ? 'no longer there' : 'new'}`
    else {
      const isLate = [...gone, ...come].every((shape) => LATE.test(shape))
      if (isLate && (gone.length === 0 || come.length === 0)) continue
      yield `${role} ${[...gone.map((shape) => `no longer sees "${shape}"`), ...come.map((shape) => `now sees "${shape}"`)].join(', ')}`
    }
  }
}

function readRoles({ roles }: Transcript): Map<string, Set<string>> {
  return new Map(
    roles.flatMap((row) => {
      const at = row.indexOf(': ')
      const shapes = new Set(row.slice(at + 2).split(', '))
      return row
        .slice(0, at)
        .split(', ')
        .map((role) => [role, shapes] as const)
    }),
  )
}

/** Lines are compared where all are shown: what is left out of a long transcript depends on how much there was. */
function* compareLines(recorded: Transcript, anew: Transcript): Generator<string> {
  if ([recorded, anew].some(({ lines }) => lines.some(isCut))) return
  const was = comparable(recorded)
  const is = comparable(anew)
  for (const line of was.filter((line) => !is.includes(line))) yield `no longer "${line}"`
  for (const line of is.filter((line) => !was.includes(line))) yield `now "${line}"`
}

function isCut(line: string): boolean {
  return /mints a token|\((?:.*; )?(?:and \d+ more line|th(?:is|ese \d+ lines) \d+ times|the same for )/.test(
    line,
  )
}

/** Numbers of stand-ins go by the order of roles that do not wait for each other. */
function comparable({ lines }: Transcript): string[] {
  return (
    lines
      .map((line) => line.replace(/<([a-z]+) \d+>/g, '<$1>'))
      // Who else signed in goes by what other checks of applications do meanwhile.
      .filter((line) => !/users|"clients":/.test(line))
      .filter((line) => !LATE.test(line.replace(/^.*?: (?:service|application) /, '')))
  )
}
