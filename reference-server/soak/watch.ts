/** Waiting for what another process brings about: it alone knows who waits for which change. */

/** Something that is looked at again whenever it may have changed. */
export interface Watch {
  /** Says that something may have changed. */
  changed(): void
  /** Resolves with true as soon as `isSo` after a change, or at once where it already is; with false after `limitMs`. */
  until(isSo: () => boolean, limitMs?: number): Promise<boolean>
}

interface Wait {
  isSo(): boolean
  end(isSo: boolean): void
}

/** Makes a watch. */
export function makeWatch(): Watch {
  const waits = new Set<Wait>()
  return {
    changed: () => {
      for (const wait of waits) if (wait.isSo()) wait.end(true)
    },
    until: (isSo, limitMs) => {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      if (isSo()) return Promise.resolve(true)
      const timer = limitMs === undefined ? undefined : setTimeout(() => wait.end(false), limitMs)
      const wait: Wait = {
        isSo,
        end: (outcome) => {
          clearTimeout(timer)
          waits.delete(wait)
          resolve(outcome)
        },
      }
      waits.add(wait)
      return promise
    },
  }
}
