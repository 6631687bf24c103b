/** Judges of the discovery document. */

import { LIMITS, TIMINGS } from '@channel-protocol/schemas/registry'
import { describeErrors, validate } from '@channel-protocol/schemas/validate'
import { answerTo, readObject } from '../timeline/timeline.ts'
import { all, fail, type Judge, PASS, show } from './finding.ts'
import { answered, noAnswer } from './problem.ts'

/** Answered with 200, JSON, and a document that its schema accepts. */
export function servedAsDiscovery(as: string): Judge {
  return all(answered(as, 200), (timeline) => {
    const answer = answerTo(timeline, as)
    if (!answer) return noAnswer(timeline, as, 'a discovery document')
    if (!/^application\/json\b/i.test(answer.headers['content-type'] ?? '')) {
      return fail('Content-Type: application/json', show(answer.headers['content-type']), answer)
    }
    const validation = validate('Discovery', readObject(answer.body))
    return validation.valid
      ? PASS
      : fail(
          'a discovery document that its schema accepts',
          describeErrors(validation.errors),
          answer,
        )
  })
}

/** Every advertised number lies in the registry's range; with test timings, above the test floor. */
export function inRange(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const document = readObject(answer?.body ?? '')
    const isTest = document?.test_timings === true
    const members = (name: string): Record<string, unknown> =>
      (document?.[name] ?? {}) as Record<string, unknown>
    const rows = [
      ...Object.values(LIMITS).map((row) => ({
        pointer: `limits.${row.name}`,
        value: members('limits')[row.name],
        least: isTest ? 1 : row.floor,
        most: row.max ?? Number.MAX_SAFE_INTEGER,
      })),
      ...Object.values(TIMINGS).map((row) => ({
        pointer: `timings.${row.name}`,
        value: members('timings')[row.name],
        least: isTest ? row.test_floor : row.min,
        most: row.max,
      })),
    ]
    for (const { pointer, value, least, most } of rows) {
      const values = value === undefined ? [] : [value].flat()
      const isOff =
        pointer === 'timings.heartbeat_seconds' &&
        value === 0 &&
        !timeline.advertised.profiles.includes('robust')
      const wrong = isOff
        ? undefined
        : values.find((entry) => typeof entry !== 'number' || entry < least || entry > most)
      if (wrong !== undefined)
        return fail(`${pointer} from ${least} to ${most}`, show(wrong), answer)
    }
    return PASS
  }
}

/** Sent with a `Cache-Control` that has a `max-age`. */
export function cacheable(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const header = answer?.headers['cache-control']
    return /\bmax-age=\d+/.test(header ?? '')
      ? PASS
      : fail('Cache-Control with max-age', show(header), answer)
  }
}
