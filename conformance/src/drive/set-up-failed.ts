/** Thrown where a stimulus cannot even begin; makes the check inconclusive. */
export class SetUpFailed extends Error {}

/** Thrown where an implementation says that it cannot do what a stimulus needs; the check is not run. */
export class Unsupported extends SetUpFailed {
  /** The command or the member of `start` that it cannot do. */
  readonly what: string

  constructor(what: string) {
    super(`needs ${what}: the implementation says that it cannot do ${what}`)
    this.what = what
  }
}
