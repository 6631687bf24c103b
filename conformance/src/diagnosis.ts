/** What is found of one thing that a verdict needs. */

/** What was found of one thing. */
export interface Diagnosis {
  /** What was looked at, in one or two words. */
  readonly name: string
  /** `note` where it is as somebody may want it, but keeps checks from being made or makes them fail for another reason. */
  readonly state: 'ok' | 'note' | 'trouble'
  readonly what: string
  /** What to do; present with trouble. */
  readonly remedy?: string
  /** One line each. */
  readonly details?: readonly string[]
}

/** A diagnosis of what is named elsewhere. */
export type Look = Omit<Diagnosis, 'name'>
