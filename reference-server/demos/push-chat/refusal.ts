/** The expected "no" of the chat: it alone knows how a request that is refused is carried to the edge. */
import type { ProblemCode } from '@channel-protocol/schemas/registry'

/** A request that is refused by one row of the registry of problems; anything else that is thrown is a defect. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly code: ProblemCode
  readonly extra: { allow?: readonly string[]; maxBytes?: number }

  constructor(code: ProblemCode, detail: string, extra: Refusal['extra'] = {}) {
    super(detail)
    this.code = code
    this.extra = extra
  }
}
