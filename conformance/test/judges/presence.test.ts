import { describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judges/finding.ts'
import {
  fencePassed,
  lastOf,
  reported,
  reportedAheadOf,
  reportedGone,
  reportedOnlyWelcomed,
  returnedInTime,
  silentUntilFence,
  waitedForGrace,
} from '../../src/judges/presence.ts'
import {
  alternating,
  answeredInTime,
  goneByFence,
  growing,
  heldAlone,
  numberedByParity,
  oldNotRepeated,
  paced,
} from '../../src/judges/presence-version.ts'
import {
  close,
  envelope,
  note,
  type Planned,
  request,
  sent,
  timelineOf,
  webhook,
  webhookAnswer,
} from '../timeline-builder.ts'

// The registry's defaults: 10 s of grace, 1 s between versions.
const verdict = (judge: Judge, ...events: Planned[]): string => judge(timelineOf(events)).verdict
const came = (version = 1, atMs?: number, as = 'client'): Planned =>
  webhook(as, { event: 'connected', epoch: '7', version: `${version}` }, { ...(atMs && { atMs }) })
const went = (version = 2, atMs?: number, as = 'client', reason = 'lost'): Planned =>
  webhook(
    as,
    { event: 'disconnected', epoch: '7', version: `${version}`, reason },
    { ...(atMs && { atMs }) },
  )
const fence = note('fence')

describe('reported', () => {
  test('a report of the event passes', () => {
    expect(verdict(reported('client', 'connected'), came())).toBe('pass')
  })
  test('a repeated attempt is not a second report', () => {
    expect(verdict(reported('client', 'connected', 2), came(), came())).toBe('fail')
  })
})

describe('reportedGone', () => {
  test('the right reason passes', () => {
    expect(verdict(reportedGone('client', 'lost'), went())).toBe('pass')
  })
  test('another reason fails', () => {
    expect(verdict(reportedGone('client', 'closed'), went())).toBe('fail')
  })
  test('no report fails', () => {
    expect(verdict(reportedGone('client', 'lost'), came())).toBe('fail')
  })
})

describe('waitedForGrace', () => {
  const judge = waitedForGrace('client')
  test('a report at the end of the grace passes', () => {
    expect(verdict(judge, sent('client', 1), went(2, 10_001))).toBe('pass')
  })
  test('a report before it fails', () => {
    expect(verdict(judge, sent('client', 1), went(2, 9_900))).toBe('fail')
  })
  test('a grace that began with the close of the service counts from there', () => {
    expect(verdict(judge, close('client', 4300), went(2, 500))).toBe('fail')
    // The suite reads a close later than the service wrote it.
    expect(verdict(judge, close('client', 4201), went(2, 9_800))).toBe('pass')
    expect(verdict(judge, close('client', 4201), went(2, 9_700))).toBe('fail')
  })
  test('without a report nothing can be said', () => {
    expect(verdict(judge, sent('client', 1))).toBe('inconclusive')
  })
})

describe('reportedAheadOf', () => {
  const judge = reportedAheadOf('client', 'twin')
  const twin = went(2, undefined, 'twin')
  test('a report before that of the twin passes', () => {
    expect(verdict(judge, went(), twin)).toBe('pass')
  })
  test('a report after that of the twin fails', () => {
    expect(verdict(judge, twin, went())).toBe('fail')
  })
  test('where all that ends the role was done only late in the grace of the twin nothing can be said', () => {
    const asked = (atMs: number): Planned => ({ ...request('disconnect', '/v1/disconnects'), atMs })
    const late = went(2, 10_000, 'twin')
    expect(verdict(judge, sent('twin', 1), asked(2_500), late, went())).toBe('fail')
    expect(verdict(judge, sent('twin', 1), asked(9_000), late, went())).toBe('inconclusive')
  })
  test('no report fails', () => {
    expect(verdict(judge, twin)).toBe('fail')
  })
  test('without the twin nothing can be said', () => {
    expect(verdict(judge, went())).toBe('inconclusive')
  })
  test('a service without grace has nothing to wait for', () => {
    const advertised = { timings: { presence_grace_seconds: 0 } }
    expect(judge(timelineOf([twin, went()], advertised)).verdict).toBe('pass')
  })
})

describe('silentUntilFence', () => {
  const judge = silentUntilFence('client', 'a takeover')
  test('the coming before and the going after the fence pass', () => {
    expect(verdict(judge, came(), fence, went())).toBe('pass')
  })
  test('a report before the fence fails', () => {
    expect(verdict(judge, came(), went(), fence, went(4))).toBe('fail')
  })
  test('a coming after the fence fails', () => {
    expect(verdict(judge, came(), fence, came(3), went(4))).toBe('fail')
  })
})

describe('fencePassed', () => {
  const judge = fencePassed('client')
  test('a coming before and a report after the fence pass', () => {
    expect(verdict(judge, came(), fence, went())).toBe('pass')
  })
  test('without a report after the fence nothing can be said', () => {
    expect(verdict(judge, came(), fence)).toBe('inconclusive')
  })
  test('without a coming before the fence nothing can be said', () => {
    expect(verdict(judge, fence, came())).toBe('inconclusive')
  })
})

describe('returnedInTime', () => {
  const judge = returnedInTime('old', 'new')
  const welcome = envelope('new', { type: 'welcome' })
  test('a welcome within the grace passes', () => {
    expect(verdict(judge, sent('old', 1), welcome)).toBe('pass')
  })
  test('after a welcome beyond the grace nothing can be said', () => {
    expect(verdict(judge, sent('old', 1), { ...welcome, atMs: 10_001 })).toBe('inconclusive')
  })
  test('a close of the service is an ending too', () => {
    const closed = { ...close('old', 4201), atMs: 1 }
    expect(verdict(judge, closed, welcome)).toBe('pass')
    expect(verdict(judge, closed, { ...welcome, atMs: 10_001 })).toBe('inconclusive')
  })
  test('only a welcome after the ending counts', () => {
    const alone = returnedInTime('new')
    expect(verdict(alone, welcome, sent('new', 5), welcome, sent('new', 9))).toBe('pass')
    expect(verdict(alone, welcome, sent('new', 5))).toBe('inconclusive')
  })
  test('without a welcome nothing can be said', () => {
    expect(verdict(judge, sent('old', 1))).toBe('inconclusive')
  })
})

describe('lastOf', () => {
  const judge = lastOf(['client', 'other'], (as) => reported(as, 'connected'))
  test('only the last role that was tried is judged', () => {
    expect(verdict(judge, sent('client', 1), came(1, undefined, 'other'))).toBe('pass')
  })
  test('without a try nothing can be said', () => {
    expect(verdict(judge)).toBe('inconclusive')
  })
})

describe('reportedOnlyWelcomed', () => {
  const judge = reportedOnlyWelcomed('client')
  const mint = request('client', 'http://127.0.0.1:1/v1/tokens', { client_id: 'c' })
  const welcome = envelope('client', { type: 'welcome', connection_id: 'a' })
  const report = (connection: string): Planned =>
    webhook('client', { event: 'connected', connection_id: connection })
  test('a report of the welcomed connection passes', () => {
    expect(verdict(judge, mint, welcome, report('a'))).toBe('pass')
  })
  test('a report of another connection fails', () => {
    expect(verdict(judge, mint, welcome, report('b'))).toBe('fail')
  })
  test('a report before the connection was asked for fails', () => {
    expect(verdict(judge, report('a'), mint, welcome)).toBe('fail')
  })
  test('without a report nothing can be said', () => {
    expect(verdict(judge, mint, welcome)).toBe('inconclusive')
  })
})

describe('versions', () => {
  test('odd comings and even goings pass', () => {
    expect(verdict(numberedByParity('client'), came(1), went(2), came(5))).toBe('pass')
  })
  test('an even coming fails', () => {
    expect(verdict(numberedByParity('client'), came(2))).toBe('fail')
  })
  test('an odd going fails', () => {
    expect(verdict(numberedByParity('client'), came(1), went(3))).toBe('fail')
  })
  test('growing versions with repeats pass', () => {
    expect(verdict(growing('client'), came(1), came(1), went(2), came(5))).toBe('pass')
  })
  test('a version that does not grow fails', () => {
    expect(verdict(growing('client'), came(3), went(2))).toBe('fail')
  })
  test('a smaller version of a larger epoch passes', () => {
    const later = webhook('client', { event: 'connected', epoch: '8', version: '1' })
    expect(verdict(growing('client'), came(3), later)).toBe('pass')
  })
  test('turns of connected and disconnected pass', () => {
    expect(verdict(alternating('client'), came(1), went(4), came(5))).toBe('pass')
  })
  test('the version of another connection after the fence passes', () => {
    const other = { event: 'connected', epoch: '7', version: '1', connection_id: 'b' }
    expect(verdict(oldNotRepeated('client'), came(1), fence, webhook('client', other))).toBe('pass')
  })
  test('two comings in a row fail', () => {
    expect(verdict(alternating('client'), came(1), came(3))).toBe('fail')
  })
  test('a going before any coming fails', () => {
    expect(verdict(alternating('client'), went(2))).toBe('fail')
  })
  test('the newer version alone after the fence passes', () => {
    expect(verdict(oldNotRepeated('client'), came(1), fence, went(2))).toBe('pass')
  })
  test('the older version after the fence fails', () => {
    expect(verdict(oldNotRepeated('client'), came(1), fence, came(1), went(2))).toBe('fail')
  })
})

describe('heldAlone', () => {
  const judge = heldAlone('client')
  test('a second attempt after the answer to the first passes', () => {
    expect(verdict(judge, came(), webhookAnswer('client', 1, 204), went())).toBe('pass')
  })
  test('a second attempt before that answer fails', () => {
    expect(verdict(judge, came(), went(), webhookAnswer('client', 1, 204))).toBe('fail')
  })
  test('a second attempt without that answer fails', () => {
    expect(verdict(judge, came(), went())).toBe('fail')
  })
  test('without an answer and a second attempt nothing can be said', () => {
    expect(verdict(judge, came())).toBe('inconclusive')
  })
  test('without an attempt nothing can be said', () => {
    expect(verdict(judge)).toBe('inconclusive')
  })
})

describe('goneByFence', () => {
  const judge = goneByFence('client')
  const at = (event: string, second: number): Planned =>
    webhook('client', { event, time: `2026-10-01T11:50:0${second}.000Z` })
  const start = request('client', 'http://127.0.0.1:1/v1/tokens')
  const late = { ...fence, atMs: 1001 }
  test('a going that is as old as the fence is a condition that is met', () => {
    expect(verdict(judge, start, at('connected', 0), late, at('disconnected', 1))).toBe('pass')
  })
  test('of a going that is younger than the fence nothing can be said', () => {
    expect(verdict(judge, start, at('connected', 0), late, at('disconnected', 9))).toBe(
      'inconclusive',
    )
  })
  test('without a going nothing can be said', () => {
    expect(verdict(judge, start, at('connected', 0), late)).toBe('inconclusive')
  })
})

describe('answeredInTime', () => {
  const judge = answeredInTime('client')
  const answered = webhookAnswer('client', 1, 204)
  test('an answer before the time-out is a condition that is met', () => {
    expect(verdict(judge, came(1, 1), answered)).toBe('pass')
  })
  test('after a late answer nothing can be said', () => {
    expect(verdict(judge, came(1, 1), { ...answered, atMs: 9_501 })).toBe('inconclusive')
  })
  test('without an answer nothing can be said', () => {
    expect(verdict(judge, came(1, 1))).toBe('inconclusive')
  })
})

describe('paced', () => {
  const judge = paced('client', 3)
  test('a fourth version two intervals after that cause passes, an earlier one fails', () => {
    const three = [came(1, 1), sent('client', 5), went(2, 6), came(3, 1005)]
    expect(verdict(paced('client', 4), ...three, went(4, 2005))).toBe('pass')
    expect(verdict(paced('client', 4), ...three, went(4, 1900))).toBe('fail')
  })
  test('a third version an interval after the cause of the second passes', () => {
    expect(verdict(judge, came(1, 1), sent('client', 5), went(2, 6), came(3, 1005))).toBe('pass')
  })
  test('a third version before that fails', () => {
    expect(verdict(judge, came(1, 1), sent('client', 5), went(2, 6), came(3, 900))).toBe('fail')
  })
  test('without a third version nothing can be said', () => {
    expect(verdict(judge, came(1, 1), sent('client', 5), went(2, 6))).toBe('inconclusive')
  })
})
