/** The expected "no" of the reference server: it alone knows how a refused request is carried from a rule to the edge. */
import type { ProblemCode } from '@channel-protocol/schemas/registry'

/** Members and headers that a refusal adds to its problem document. */
export interface RefusalExtra {
  /** The limit that was exceeded, in bytes. */
  maxBytes?: number
  /** Whole seconds after which the request may be repeated. */
  retryAfterSeconds?: number
  /** Methods that the path takes. */
  allow?: readonly string[]
  /** Places of the body that are wrong, as JSON Pointers. */
  errors?: readonly { pointer: string; detail: string }[]
}

/** A request that is refused by one row of the registry of problems; anything else that is thrown is a defect. */
export class Refusal extends Error {
  readonly slug: ProblemCode
  readonly detail: string | undefined
  readonly extra: RefusalExtra

  constructor(slug: ProblemCode, detail?: string, extra: RefusalExtra = {}) {
    super(detail ?? slug)
    this.name = 'Refusal'
    this.slug = slug
    this.detail = detail
    this.extra = extra
  }
}
