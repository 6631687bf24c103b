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

/** Every advertised value lies in the registry's range, unless the document says that it has test timings. */
export function inRange(as: string): Judge {
  return (timeline) => {
    const answer = answerTo(timeline, as)
    const document = readObject(answer?.body ?? '')
    if (document?.test_timings === true) return PASS
    for (const { member, name, least, most } of ROWS) {
      const value = (document?.[member] as Record<string, unknown> | undefined)?.[name]
      const wrong = [value ?? []]
        .flat()
        .find((entry) => typeof entry !== 'number' || entry < least || entry > most)
      if (wrong !== undefined)
        return fail(`${member}.${name} from ${least} to ${most}`, show(wrong), answer)
    }
    return PASS
  }
}

/** What the registry says about the values of a document. */
const ROWS = [
  ...Object.values(LIMITS).map(({ name, floor, max }) => ({
    member: 'limits',
    name,
    least: floor,
    most: max ?? Number.MAX_SAFE_INTEGER,
  })),
  ...Object.values(TIMINGS).map(({ name, min, max }) => ({
    member: 'timings',
    name,
    least: min,
    most: max,
  })),
]

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
