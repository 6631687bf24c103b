import { validate } from '@channel-protocol/schemas/validate'
import { describe, expect, test } from 'vitest'
import { renderDeviations, renderSummary, styleFor } from '../../src/report/console.ts'
import { renderHtml } from '../../src/report/html.ts'
import { renderJunit } from '../../src/report/junit.ts'
import { renderMarkdown } from '../../src/report/markdown.ts'
import { redact } from '../../src/timeline/redact.ts'
import {
  advertised,
  failure,
  frame,
  ledger,
  ofEveryVerdict,
  reportOf,
  reproduce,
  resultOf,
  summaryOf,
  timelineOf,
} from './made-run.ts'

describe('makeReport', () => {
  test('a report is valid by the published schema, as a value and as read from its JSON', () => {
    for (const results of [ofEveryVerdict, []]) {
      const report = reportOf(results)
      expect(validate('Report', report)).toEqual({ valid: true, value: report })
      const read: unknown = JSON.parse(JSON.stringify(report))
      expect(validate('Report', read)).toEqual({ valid: true, value: report })
    }
  })

  test('level and text of a requirement stand beside the result', () => {
    const { level, text } = ledger.find(failure.requirement)
    expect(reportOf([failure]).results[0]).toMatchObject({
      level,
      clause: text,
      verdict: 'fail',
      offender: 2,
      duration_ms: 250,
      reproduce: reproduce(failure.check),
    })
  })

  test('what was seen is kept for everything that was made and is not a pass', () => {
    const kept = reportOf(ofEveryVerdict).results.filter(({ events }) => events !== undefined)
    expect(kept.map(({ verdict }) => verdict)).toEqual(['fail', 'warn'])
    expect(kept[0]?.events).toEqual(failure.timeline?.events)
  })

  test('a recorded run keeps what passes saw, and what judges knew of the target', () => {
    const passed = resultOf({ timeline: timelineOf(frame('client', 'seen by a pass')) })
    const { limits, timings, origins } = advertised
    const report = reportOf([passed], { isRecorded: true, isGreased: true })
    expect(report.run).toMatchObject({ recorded: true, grease: true })
    expect(report.target).toMatchObject({ limits, timings, origins })
    expect(report.results[0]?.events).toEqual(passed.timeline?.events)
    expect(validate('Report', report)).toMatchObject({ valid: true })
    expect(reportOf([passed]).target).not.toHaveProperty('limits')
  })

  test('which clock gave a verdict, and how much an invariant observed, stands beside it', () => {
    const report = reportOf([resultOf({ clock: 'virtual', observed: 0 })])
    expect(report.results[0]).toMatchObject({ clock: 'virtual', observed: 0 })
    expect(validate('Report', report)).toMatchObject({ valid: true })
  })

  test('members of the suite alone are in no result', () => {
    for (const result of reportOf(ofEveryVerdict).results) {
      expect(Object.keys(result)).not.toContain('timeline')
      expect(Object.keys(result)).not.toContain('durationMs')
    }
  })
})

test('a redacted secret is in no form of the report', () => {
  const secrets = ['application-key-1', 'token-2', 'whsec_c2VjcmV0+/=']
  const text = JSON.stringify({ all: secrets.join(' ') })
  const timeline = timelineOf(
    {
      kind: 'request',
      as: 'defect',
      method: 'GET',
      url: `http://127.0.0.1:1/v1/connect?token=${encodeURIComponent(secrets.join(' '))}`,
      headers: { authorization: `Bearer ${secrets[0]}`, 'sec-websocket-protocol': 'token.token-2' },
      body: text,
    },
    { kind: 'answer', as: 'defect', status: 200, headers: { location: '/token-2' }, body: text },
    frame('defect', secrets.join(' ')),
    { kind: 'close', as: 'defect', code: 4300, reason: 'token-2' },
  )
  const results = [
    resultOf({
      ...failure,
      timeline: redact(
        { ...timeline, advertised: { ...timeline.advertised, webhookSecrets: secrets } },
        secrets,
      ),
    }),
  ]
  const style = styleFor({}, {})
  const forms = {
    json: JSON.stringify(reportOf(results)),
    junit: renderJunit(reportOf(results)),
    markdown: renderMarkdown(reportOf(results)),
    html: renderHtml([reportOf(results)]),
    console: [
      ...renderDeviations(results, ledger, style, reproduce),
      ...renderSummary(summaryOf(results), 1, style),
    ].join('\n'),
  }
  expect(forms.json).toContain('<secret 2>')
  expect(forms.console).toContain('<secret 2>')
  for (const [form, written] of Object.entries(forms)) {
    for (const secret of secrets) {
      for (const spelling of [secret, encodeURIComponent(secret)]) {
        expect(written.includes(spelling), `${spelling} in ${form}`).toBe(false)
      }
    }
  }
})
