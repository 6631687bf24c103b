/** What is noted of those who are watched under a name: the places that they ask for, until somebody takes them. */

/** The watches of one process. */
export interface Watches {
  /** Where to note what those who are watched under this name ask for. */
  begin(name: string): Set<string>
  /** What was noted under it; it is watched no longer. */
  end(name: string): readonly string[]
}

/** Watches of nobody yet. */
export function makeWatches(): Watches {
  const asked = new Map<string, Set<string>>()
  return {
    begin(name) {
      const places = asked.get(name) ?? new Set()
      asked.set(name, places)
      return places
    },
    end(name) {
      const places = [...(asked.get(name) ?? [])]
      asked.delete(name)
      return places
    },
  }
}
