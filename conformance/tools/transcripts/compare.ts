/** Says in what two recordings of one stimulus differ, as far as that is not a matter of how fast the machine was. */

import type { Transcript } from '../../src/report/golden.ts'

/** Each difference in one line; none where they tell the same. */
export function differencesOf(recorded: Transcript, anew: Transcript): string[] {
  const differences = [...compareRoles(recorded, anew), ...compareLines(recorded, anew)]
  return differences.map((difference) => `${recorded.checks[0]}: ${difference}`)
}

/** What may come too late to be seen by a check that does not wait for it: the welcome, the end of a connection, webhooks. */
const LATE = /^(?:Close \d+|ends |webhook |answers |frame welcome)/

function* compareRoles(recorded: Transcript, anew: Transcript): Generator<string> {
  const before = readRoles(recorded)
  const after = readRoles(anew)
  for (const role of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(role)
    const is = after.get(role)
    if (!was || !is) yield was ? `nothing was seen of ${role}` : `${role} is new`
    else {
      const gone = [...was].filter((shape) => !is.has(shape))
      const come = [...is].filter((shape) => !was.has(shape))
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
