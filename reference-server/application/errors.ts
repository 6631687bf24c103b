/** The errors of the application helper: it alone knows their names and what each of them tells the programmer. */
import type { Problem } from '@channel-protocol/schemas/types'

/** A client id that no service takes: not a string, not 1 to 256 bytes of UTF-8, or with a control character. */
export class InvalidChannelClientIdError extends Error {
  override name = 'InvalidChannelClientIdError'
}

/** A duration that is not a whole number of minutes from 1 to 1440. */
export class InvalidDurationError extends Error {
  override name = 'InvalidDurationError'
}

/** A message that is not a string of 1 to 32,767 bytes of UTF-8; text for a socket may be empty. */
export class InvalidMessageError extends Error {
  override name = 'InvalidMessageError'
}

/** Neither the id of a socket nor a list of at least one. */
export class InvalidSocketsError extends Error {
  override name = 'InvalidSocketsError'
}

/** The service refused a call, or answered it with what the protocol does not know. */
export class ServiceProblemError extends Error {
  override name = 'ServiceProblemError'
  /** The status of the answer. */
  readonly status: number
  /** The problem document, where the answer was one: `problem.code` is what to switch on. */
  readonly problem: Problem | undefined
  /** Seconds after which the service wants to be asked again, where it said so. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    message: string,
    answer: { status: number; problem?: Problem; retryAfterSeconds?: number },
  ) {
    super(message)
    this.status = answer.status
    this.problem = answer.problem
    this.retryAfterSeconds = answer.retryAfterSeconds
  }
}

/** No connection to the service, or no answer in time: whether the call took effect is unknown. */
export class ServiceUnreachableError extends Error {
  override name = 'ServiceUnreachableError'
}

/**
 * Why a webhook is not taken: it lacks one of the three headers (`unsigned`), no secret made its signature
 * (`signature`), it is older or newer than it may be (`age`), it is another event than the route's (`event`), or
 * its body is not the form of that event (`body`).
 */
export type WebhookRefusal = 'unsigned' | 'signature' | 'age' | 'event' | 'body'

/** A webhook that must not be acted on; answer it with `status`. */
export class WebhookRefusedError extends Error {
  override name = 'WebhookRefusedError'
  readonly reason: WebhookRefusal
  /** The status to answer with. */
  readonly status: 400 | 401 | 403 | 413

  constructor(reason: WebhookRefusal, status: 400 | 401 | 403 | 413, message: string) {
    super(message)
    this.reason = reason
    this.status = status
  }
}
