/** What a fault changes in a server and what a server asks for: where the two never meet, a fault cannot be seen. */
import type { Fault, Parts } from '../parts.ts'

/** What every server asks for, however it is used. */
const EVERYWHERE = 'everywhere'

/** Wraps around what each server has one of, and makes whether it is used or not. */
const MADE_ONCE = new Set(['attempt', 'sink', 'socketAttempt', 'socketSink'])

/** A place is a kind of part and a name in it, such as `rules.decideKey`. */
type Kinds = Record<'rules' | 'timings' | 'limits' | 'wraps' | 'broker', Record<string, unknown>>

function kindsOf({ rules, timings, limits, wraps, ports }: Parts): Kinds {
  return { rules, timings, limits, wraps, broker: ports.broker } as unknown as Kinds
}

/** Applies a fault and answers the places that it changed. */
export function applyFault(fault: Fault, parts: Parts): string[] {
  const before = valuesOf(parts)
  fault.apply(parts)
  const after = valuesOf(parts)
  const changed = [...after.keys()].filter((place) => before.get(place) !== after.get(place))
  return changed.length === 0 ? [EVERYWHERE] : changed
}

function valuesOf(parts: Parts): Map<string, unknown> {
  const { broker: _, ...others } = parts.ports
  const kinds = Object.entries({ ...kindsOf(parts), ports: others })
  const values = kinds.flatMap(([kind, members]) =>
    Object.entries(members).map(([name, value]): [string, unknown] => [`${kind}.${name}`, value]),
  )
  return new Map([...values, ['epochFloor', parts.epochFloor]])
}

/** Notes every place that a server asks for from now on. What is not watched is asked for by every server. */
export function watchParts(parts: Parts, asked: Set<string>): void {
  asked.add(EVERYWHERE).add('epochFloor')
  for (const name of Object.keys(parts.ports)) asked.add(`ports.${name}`)
  for (const kind of ['rules', 'broker'] as const) {
    const members = kindsOf(parts)[kind]
    const note = (name: string): void => void asked.add(`${kind}.${name}`)
    for (const [name, value] of Object.entries(members))
      members[name] = watch(value, () => note(name))
  }
  for (const kind of ['timings', 'limits'] as const) {
    const members = kindsOf(parts)[kind]
    for (const [name, value] of Object.entries(members)) {
      const get = (): unknown => {
        asked.add(`${kind}.${name}`)
        return value
      }
      Object.defineProperty(members, name, { get, enumerable: true, configurable: true })
    }
  }
  const { wraps } = kindsOf(parts)
  for (const [name, wrap] of Object.entries(wraps)) {
    const note = (): void => void asked.add(`wraps.${name}`)
    wraps[name] = (...given: unknown[]) => {
      if (!MADE_ONCE.has(name)) note()
      const wrapped = (wrap as (...given: unknown[]) => unknown)(...given)
      if (typeof wrapped === 'function') return watch(wrapped, note)
      const members = Object.entries(wrapped as object)
      return Object.fromEntries(members.map(([own, value]) => [own, watch(value, note)]))
    }
  }
}

/** The function, with a note of every call; anything else was asked for when it was read, which is always. */
function watch(value: unknown, note: () => void): unknown {
  if (typeof value !== 'function') {
    note()
    return value
  }
  return (...given: unknown[]) => {
    note()
    return value(...given)
  }
}
