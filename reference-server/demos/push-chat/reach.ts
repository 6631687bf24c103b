/** What a fault changes in a chat and what a chat asks for: where the two never meet, a fault cannot be seen. */
import type { ChatFault, ChatParts } from './parts.ts'

/** What every chat asks for, however it is used. */
const everywhere = 'everywhere'

/** A place is a kind of part and a name in it, such as `rules.readPost`; what is of no kind is a place itself. */
type Kinds = Record<'rules' | 'application', Record<string, unknown>>

function kindsOf({ rules, application }: ChatParts): Kinds {
  return { rules, application } as unknown as Kinds
}

/** Applies a fault and answers the places that it changed. */
export function applyChatFault(fault: ChatFault, parts: ChatParts): string[] {
  const before = valuesOf(parts)
  fault.apply(parts)
  const after = valuesOf(parts)
  const changed = [...after.keys()].filter((place) => before.get(place) !== after.get(place))
  return changed.length === 0 ? [everywhere] : changed
}

function valuesOf(parts: ChatParts): Map<string, unknown> {
  const members = Object.entries(kindsOf(parts)).flatMap(([kind, record]) =>
    Object.entries(record).map(([name, value]): [string, unknown] => [`${kind}.${name}`, value]),
  )
  return new Map([...members, ...Object.entries(parts)])
}

/** Notes every place that a chat asks for from now on. What is not watched is asked for by every chat. */
export function watchChat(parts: ChatParts, asked: Set<string>): void {
  asked.add(everywhere)
  for (const name of Object.keys(parts)) asked.add(name)
  for (const [kind, record] of Object.entries(kindsOf(parts)))
    for (const [name, value] of Object.entries(record)) {
      const call = value as (...given: unknown[]) => unknown
      record[name] = (...given: unknown[]) => {
        asked.add(`${kind}.${name}`)
        return call(...given)
      }
    }
}
