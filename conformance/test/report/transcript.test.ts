import { describe, expect, test } from 'vitest'
import { renderTranscript } from '../../src/report/transcript.ts'
import type { Unrecorded } from '../../src/timeline/event.ts'
import { frame, timelineOf } from './made-run.ts'

const lines = (...events: Unrecorded[]): string[] =>
  renderTranscript(timelineOf(...events), undefined)
const frames = (as: string, count: number): Unrecorded[] =>
  Array.from({ length: count }, (_, index) => frame(as, `${as}-${index + 1}`))

describe('renderTranscript', () => {
  test('only the offender is marked, and instants count from the first event', () => {
    const timeline = timelineOf(frame('defect', 'one'), frame('defect', 'two'))
    expect(renderTranscript(timeline, 2)).toEqual([
      '     0.000  defect   <-- text one',
      ' >>  0.100  defect   <-- text two',
    ])
  })

  test('without an offender nothing is marked', () => {
    expect(lines(frame('defect', 'one')).join()).not.toContain('>>')
  })

  test('a timeline without events has no lines', () => {
    expect(lines()).toEqual([])
  })

  test('without an offender the last events are kept, and those before are counted', () => {
    const shown = renderTranscript(timelineOf(...frames('client', 20)), undefined, 3)
    expect(shown).toHaveLength(4)
    expect(shown[0]).toBe('      ... 17 more')
    expect(shown.at(-1)).toContain('client-20')
  })

  test('the offender is kept wherever it stands, its nearest neighbours of the same role before others', () => {
    const timeline = timelineOf(...frames('defect', 9), ...frames('control', 9))
    const shown = renderTranscript(timeline, 5, 4)
    expect(shown.map((line) => line.trim().split(' ').at(-1))).toEqual([
      'more',
      'defect-4',
      'defect-5',
      'defect-6',
      'defect-7',
      'more',
    ])
    expect(shown.at(0)).toBe('      ... 3 more')
    expect(shown.at(2)).toMatch(/^ >>/)
    expect(shown.at(-1)).toBe('      ... 11 more')
  })

  test('gaps between kept events are counted too', () => {
    const timeline = timelineOf(
      frame('defect', 'first'),
      ...frames('other', 5),
      frame('defect', 'last'),
    )
    expect(renderTranscript(timeline, 1, 2)).toEqual([
      ' >>  0.000  defect   <-- text first',
      '      ... 5 more',
      '     0.600  defect   <-- text last',
    ])
  })

  test('a long event is cut and says so', () => {
    const [line = ''] = lines(frame('client', 'x'.repeat(5000)))
    expect(line.length).toBeLessThan(180)
    expect(line).toMatch(/x\.\.\.$/)
  })

  test('a cut goes through no character', () => {
    for (const before of ['', 'x']) {
      const [line = ''] = lines(frame('client', before + '🦊'.repeat(200)))
      expect(line).toMatch(/🦊\.\.\.$/u)
      expect(line.isWellFormed()).toBe(true)
    }
  })

  test('line ends become spaces, and what a terminal would act upon is shown', () => {
    expect(lines(frame('client', 'a\r\n\tb\u001b[2J\u009b\u202e\ud800'))).toEqual([
      '     0.000  client   <-- text a b\\u001b[2J\\u009b\\u202e\\ud800',
    ])
  })

  test.for<[Unrecorded, string]>([
    [
      {
        kind: 'request',
        as: 'a',
        method: 'POST',
        url: 'http://h/v1/tokens',
        headers: {},
        body: '{}',
      },
      '--> POST http://h/v1/tokens {}',
    ],
    [
      {
        kind: 'request',
        as: 'a',
        method: 'GET',
        url: 'http://h/v1/connect',
        headers: { upgrade: 'websocket' },
        body: '',
      },
      '--> GET http://h/v1/connect (upgrade, offers nothing)',
    ],
    [{ kind: 'answer', as: 'a', status: 404, headers: {}, body: 'no' }, '<-- 404 no'],
    [{ kind: 'failure', as: 'a', what: 'reset' }, '<-- no answer: reset'],
    [{ kind: 'open', as: 'a', subprotocol: '' }, '<-- 101 open, subprotocol (none)'],
    [{ kind: 'sent', as: 'a', what: 'Ping' }, '--> Ping'],
    [
      { kind: 'close', as: 'a', code: 4300, reason: 'token-expired' },
      '<-- Close 4300 token-expired',
    ],
    [{ kind: 'close', as: 'a', code: 1006, reason: '' }, '<-- end without a Close frame (1006)'],
    [{ kind: 'end', as: 'a' }, '<-- end of the TCP connection'],
    [
      {
        kind: 'webhook',
        as: 'a',
        method: 'POST',
        path: '/hook',
        headers: { 'webhook-id': 'w' },
        body: 'event=started',
        inFlight: 1,
      },
      '<== webhook #1 POST /hook w event=started',
    ],
    [{ kind: 'webhook-answer', as: 'a', status: 204, to: 1 }, '==> webhook #1 answered 204'],
    [{ kind: 'webhook-answer', as: 'a', status: 'dropped', to: 1 }, '==> webhook #1 dropped'],
    [{ kind: 'token-request', as: 'a', status: 503 }, '==> the callback is asked for a token: 503'],
    [
      {
        kind: 'attempt',
        as: 'a',
        transport: 'websocket',
        url: '/connect?after=m-1',
        subprotocols: [],
        headers: {},
      },
      '==> WebSocket /connect?after=m-1',
    ],
    [
      {
        kind: 'attempt',
        as: 'a',
        transport: 'stream',
        url: '/connect',
        subprotocols: [],
        headers: { 'last-event-id': 'm-1' },
      },
      '==> asks for an event stream /connect m-1',
    ],
    [
      { kind: 'told', as: 'a', what: 'close', members: { code: 4003 } },
      '==> tells its page: close {"code":4003}',
    ],
    [{ kind: 'instance', as: 'a', what: 'stopped' }, '*** instance stopped'],
    [{ kind: 'note', as: 'a', what: 'fence passed' }, '*** fence passed'],
  ])('%o is one readable line', ([event, text]) => {
    expect(lines(event)).toEqual([`     0.000  a        ${text}`])
  })
})
