import { describe, expect, test } from 'vitest'
import type { PresenceState } from '../../src/broker-port.ts'
import { makeSenderRules } from '../../src/rules/presence-sender.ts'
import type { AttemptAnswer, Sender, SenderTimings } from '../../src/webhook-port.ts'

const rules = makeSenderRules()
const timings: SenderTimings = {
  presence_interval_seconds: 1,
  webhook_retry_seconds: [1, 5, 15],
  webhook_pause_seconds: 1,
  webhook_give_up_seconds: 3600,
  webhook_retry_after_max_seconds: 300,
}

function state(version: number, epoch = 7): PresenceState {
  const online = version % 2 === 1
  const reason = online ? {} : { reason: 'closed' }
  return { clientId: 'a', epoch, version, online, connectionId: 'c', atMs: 0, ...reason }
}

function reported(...versions: number[]): Sender {
  const sender = versions.reduce<Sender | undefined>(
    (known, version) => rules.noteReported(rules, known, state(version)),
    undefined,
  )
  if (sender === undefined) throw new Error('name at least one version')
  return sender
}

function report(sender: Sender, version: number): Sender {
  return rules.noteReported(rules, sender, state(version))
}

function begin(sender: Sender, nowMs = 0): Sender {
  return rules.noteBegun(rules, sender, sender.current, nowMs)
}

function answer(sender: Sender, ended: AttemptAnswer, nowMs = 0): Sender {
  const at = { nowMs, fraction: 0.5, timings }
  return rules.noteAnswered(rules, sender, state(sender.attempted.version), ended, at)
}

function next(sender: Sender, nowMs = 0) {
  return rules.decideNextWebhook(rules, sender, nowMs, timings)
}

const acknowledgedOnline = answer(begin(reported(1)), { status: 204 })

describe('what is owed', () => {
  test('the first connected of a client is sent', () => {
    expect(next(reported(1))).toEqual({ kind: 'send', state: state(1) })
  })

  test('nothing is sent while an attempt is in flight', () => {
    expect(next(report(begin(reported(1)), 2))).toEqual({ kind: 'rest' })
  })

  test('nothing is sent when the client is again as the application acknowledged it', () => {
    expect(next(report(report(acknowledgedOnline, 2), 3), 5000).kind).toBe('forget')
  })

  test('a client that came and went before anything was attempted is not reported', () => {
    expect(next(reported(1, 2)).kind).toBe('forget')
  })

  test('the newest state is sent when an attempt of an older one failed', () => {
    const failed = answer(begin(reported(1)), { status: 500 })
    expect(next(report(failed, 2))).toEqual({ kind: 'send', state: state(2) })
  })

  test('the same event is sent with a larger version when an attempt between was not acknowledged', () => {
    const failed = answer(begin(report(acknowledgedOnline, 2)), { failure: 'timeout' })
    expect(next(report(failed, 3), 5000)).toEqual({ kind: 'send', state: state(3) })
  })

  test('a state that is not newer than the current one changes nothing', () => {
    const sender = reported(1, 2, 3)
    expect(report(sender, 2)).toBe(sender)
  })

  test('a first version of a larger epoch is newer than every version of a smaller one', () => {
    const later = rules.noteReported(rules, report(acknowledgedOnline, 2), state(1, 8))
    expect(later.current).toEqual(state(1, 8))
  })

  test('a client that is online in a new epoch is reported although it was online before', () => {
    const later = rules.noteReported(rules, acknowledgedOnline, state(1, 8))
    expect(next(later)).toEqual({ kind: 'send', state: state(1, 8) })
  })

  test('a client that is offline in a new epoch is not reported when it was offline before', () => {
    const gone = answer(begin(report(acknowledgedOnline, 2)), { status: 200 })
    const later = rules.noteReported(rules, gone, state(2, 8))
    expect(next(later, 5000).kind).toBe('forget')
  })

  test('a client that was forgotten online is reported when it goes', () => {
    expect(next(reported(6))).toEqual({ kind: 'send', state: state(6) })
  })

  test('an acknowledged client is forgotten when its pace has passed', () => {
    const third = answer(begin(reported(3)), { status: 200 })
    expect(next(third, 1000)).toEqual({ kind: 'linger', untilMs: 1020 })
    expect(next(third, 1020)).toEqual({ kind: 'forget' })
  })
})

describe('the pace', () => {
  test('the second version is remembered until the third may be sent', () => {
    const second = answer(begin(report(acknowledgedOnline, 2), 400), { status: 200 }, 900)
    expect(next(second, 900)).toEqual({ kind: 'linger', untilMs: 1420 })
  })

  test('the first two versions are not held back', () => {
    expect(next(report(acknowledgedOnline, 2)).kind).toBe('send')
  })

  test('a later version waits for the interval since the first attempt of the one before', () => {
    const second = answer(begin(report(acknowledgedOnline, 2), 400), { status: 200 }, 900)
    expect(next(report(second, 3), 900)).toEqual({ kind: 'wait', untilMs: 1420 })
  })
})

describe('success', () => {
  test.each([200, 201, 204, 299])('%i ends the delivery', (status) => {
    expect(next(answer(begin(reported(1)), { status }), 60_000).kind).toBe('forget')
  })

  test.each([199, 300, 302, 400, 401, 404, 410, 500, 503])('%i does not', (status) => {
    expect(next(answer(begin(reported(1)), { status })).kind).toBe('wait')
  })
})

describe('retries', () => {
  const failures: AttemptAnswer[] = [
    { status: 500 },
    { failure: 'timeout' },
    { failure: 'connection' },
  ]

  test.each(failures)('%o is retried after the first wait', (failure) => {
    expect(next(answer(begin(reported(1)), failure, 10))).toEqual({ kind: 'wait', untilMs: 1010 })
  })

  test('each wait is taken from the list in order', () => {
    let sender = reported(1)
    const waits = []
    for (let attempt = 0; attempt < 3; attempt += 1) {
      sender = answer(begin(sender), { status: 500 })
      waits.push(next(sender))
    }
    const kind = 'wait'
    expect(waits).toEqual([1000, 5000, 15_000].map((untilMs) => ({ kind, untilMs })))
  })

  test('each wait lies within 20 % of its entry', () => {
    for (const fraction of [0, 0.25, 0.5, 0.75, 0.999]) {
      const waitMs = rules.decideWebhookRetry(2, [1, 5], fraction) ?? 0
      expect(Math.abs(waitMs - 5000)).toBeLessThan(1000)
    }
  })

  test('a longer Retry-After is waited for', () => {
    const sender = answer(begin(reported(1)), { status: 500, retryAfterSeconds: 20 })
    expect(next(sender)).toEqual({ kind: 'wait', untilMs: 20_000 })
  })

  test('a Retry-After counts for the next version too', () => {
    const sender = answer(begin(reported(1)), { status: 500, retryAfterSeconds: 20 })
    expect(next(report(sender, 2))).toEqual({ kind: 'wait', untilMs: 20_000 })
  })

  test('a Retry-After counts up to 300 seconds', () => {
    const sender = answer(begin(reported(1)), { status: 500, retryAfterSeconds: 100_000 })
    expect(next(sender)).toEqual({ kind: 'wait', untilMs: 300_000 })
  })

  test('a shorter Retry-After does not shorten the wait', () => {
    const sender = answer(begin(reported(1)), { status: 500, retryAfterSeconds: 0 })
    expect(next(sender)).toEqual({ kind: 'wait', untilMs: 1000 })
  })

  test('a new version begins the list anew', () => {
    const failed = answer(begin(answer(begin(reported(1)), { status: 500 })), { status: 500 })
    const again = answer(begin(report(failed, 2)), { status: 500 })
    expect(next(again)).toEqual({ kind: 'wait', untilMs: 1000 })
  })
})

describe('giving up', () => {
  function givenUp(): Sender {
    let sender = reported(1)
    for (let attempt = 0; attempt < 4; attempt += 1) {
      sender = answer(begin(sender), { status: 500 })
    }
    return sender
  }

  test('nothing is sent after the last retry failed', () => {
    expect(next(givenUp(), 60_000).kind).toBe('linger')
  })

  test('the next state is sent, whatever its parity', () => {
    expect(next(report(givenUp(), 2), 60_000)).toEqual({ kind: 'send', state: state(2) })
    const back = report(report(givenUp(), 2), 3)
    expect(next(back, 60_000)).toEqual({ kind: 'send', state: state(3) })
  })

  test('a retry that would come more than 60 minutes after the first attempt is not made', () => {
    const sender = answer(begin(reported(1)), { status: 500 }, 3_600_000)
    expect(next(sender, 3_700_000).kind).toBe('linger')
  })

  test('a given-up client is forgotten after an hour', () => {
    expect(next(givenUp(), 3_600_000)).toEqual({ kind: 'forget' })
  })
})

describe('the target', () => {
  const unwell: AttemptAnswer[] = [{ failure: 'connection' }, { status: 429 }, { status: 503 }]
  const well: AttemptAnswer[] = [
    { failure: 'timeout' },
    { status: 500 },
    { status: 404 },
    { status: 200 },
  ]

  test.each(unwell)('%o says that it is unwell', (ended) => {
    expect(rules.isTargetUnwell(ended)).toBe(true)
  })

  test.each(well)('%o does not', (ended) => {
    expect(rules.isTargetUnwell(ended)).toBe(false)
  })

  test('started is optional: 404, 410 and 501 decline it', () => {
    const statuses = [200, 400, 401, 404, 410, 500, 501, 503]
    expect(statuses.filter(rules.isStartedDeclined)).toEqual([404, 410, 501])
  })
})
