import { describe, expect, test } from 'vitest'
import { renderEvidence } from '../../src/report/side-by-side.ts'
import { frame, timelineOf } from './made-run.ts'

const timeline = timelineOf(frame('defect', 'one'), frame('defect', 'two'))
const golden = ['defect: client upgrade /v1/connect', 'defect: service Close 4300 token-expired']
const style = { mark: (text: string) => `!${text}`, weak: (text: string) => text }

describe('renderEvidence', () => {
  test('marks the end where what was expected has never come', () => {
    const lines = renderEvidence(timeline, undefined, undefined, { ...style, isMissed: true })
    expect(lines.at(-1)).toBe('! >> here it ended, and what is expected had not come')
    expect(renderEvidence(timeline, undefined, undefined, style).at(-1)).not.toContain('>>')
  })

  test('what a conforming server did stands below what happened', () => {
    expect(renderEvidence(timeline, 2, golden, style)).toEqual([
      'what happened',
      '     0.000  defect   <-- text one',
      '! >>  0.100  defect   <-- text two',
      'what a conforming server did',
      '   defect client  upgrade /v1/connect',
      '   defect service Close 4300 token-expired',
    ])
  })

  test('on a wide terminal it stands beside', () => {
    const [head = '', first = '', second = ''] = renderEvidence(timeline, 2, golden, {
      ...style,
      columns: 170,
    })
    expect(head).toMatch(/^what happened +\| what a conforming server did$/)
    expect(first).toMatch(/<-- text one +\| {4}defect client {2}upgrade \/v1\/connect$/)
    expect(second).toMatch(/^! >> .*<-- text two +\| {4}defect service Close 4300 token-expired$/)
  })

  test('no line is wider than the terminal', () => {
    const long = [`defect: service ${'x'.repeat(400)}`]
    const wordy = timelineOf(frame('a role with a long name', 'y'.repeat(400)))
    for (const columns of [100, 160, 200]) {
      const lines = renderEvidence(wordy, 1, long, { ...style, mark: style.weak, columns })
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(columns - 4)
    }
  })

  test('where nothing was recorded only what happened is shown, and the other way round', () => {
    expect(renderEvidence(timeline, 1, undefined, style)).toHaveLength(3)
    expect(renderEvidence(undefined, undefined, golden, style)[0]).toBe(
      'what a conforming server did',
    )
    expect(renderEvidence(undefined, undefined, undefined, style)).toEqual([])
  })
})
