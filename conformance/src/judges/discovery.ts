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

/** Answered with 200 and a document that names the protocol, whatever else is right or wrong with it. */
export function namesProtocol(as: string): Judge {
  return all(answered(as, 200), (timeline) => {
    const answer = answerTo(timeline, as)
    const protocol = readObject(answer?.body ?? '')?.protocol
    return protocol === 'channel-protocol.v1'
      ? PASS
      : fail('a document of channel-protocol.v1', `protocol ${show(protocol)}`, answer)
  })
}

/** Every advertised row of the announced profiles is there, and in its range; with test timings, above the test floor. */
export function inRange(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const document = readObject(answer?.body ?? '')
    const isTest = document?.test_timings === true
    for (const row of advertisedRows(timeline.advertised.profiles)) {
      const value = (document?.[row.member] as Record<string, unknown> | undefined)?.[row.name]
      const least = isTest ? row.testFloor : row.floor
      const isWithin = (entry: unknown): boolean =>
        typeof entry === 'number' && entry >= least && entry <= row.most
      const values = [value].flat()
      if (values.length === 0 || !values.every(isWithin)) {
        return fail(`${row.member}.${row.name} from ${least} to ${row.most}`, show(value), answer)
      }
    }
    return PASS
  }
}

/** The registry's rows that a service of these profiles advertises. */
function advertisedRows(profiles: readonly string[]) {
  const limits = Object.values(LIMITS).map(({ max, floor, ...row }) => ({
    ...row,
    member: 'limits',
    floor,
    testFloor: 1,
    most: max ?? Number.MAX_SAFE_INTEGER,
  }))
  const timings = Object.values(TIMINGS).map(({ min, max, test_floor, ...row }) => ({
    ...row,
    member: 'timings',
    floor: min,
    testFloor: test_floor,
    most: max,
  }))
  return [...limits, ...timings].filter(
    (row) => row.advertised && row.profiles.some((name) => profiles.includes(name)),
  )
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
