/** From a refusal or a defect to the problem document that answers it. */
import type { Problem } from '@channel-protocol/schemas/types'
import { Refusal } from '../refusal.ts'
import type { Answer } from '../rules/problem.ts'
import type { Service } from './service.ts'

/** What RFC 9110 and RFC 6455 ask for beside 426. */
const UPGRADE_HEADERS = { upgrade: 'websocket', 'sec-websocket-version': '13' }

/**
 * The document that says why something failed. Only a Refusal is shown; anything else is logged with its cause
 * and becomes `internal-error`.
 * @spec problem.document.shape
 */
export function makeRefusalProblem(
  { rules, ports }: Service,
  cause: unknown,
): { refusal: Refusal; problem: Problem } {
  const refusal = cause instanceof Refusal ? cause : new Refusal('internal-error')
  if (refusal !== cause) {
    ports.metrics.count('defects')
    ports.log.error({ err: cause }, 'a request met a defect')
  }
  return { refusal, problem: rules.makeProblem(refusal) }
}

/**
 * The answer to a request that failed.
 * @spec problem.document.shape
 */
export function makeRefusalAnswer(service: Service, cause: unknown): Answer {
  const { rules } = service
  const { refusal, problem: body } = makeRefusalProblem(service, cause)
  const status = rules.decideProblemStatus(body)
  return {
    status,
    headers: {
      ...rules.makeProblemHeaders(refusal),
      ...(refusal.slug === 'invalid-application-key' ? rules.makeChallenge() : {}),
      ...(refusal.slug === 'upgrade-required' ? UPGRADE_HEADERS : {}),
    },
    mediaType: rules.decideProblemMediaType(),
    body,
  }
}
