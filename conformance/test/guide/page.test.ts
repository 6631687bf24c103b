import { describe, expect, test } from 'vitest'
import { renderExample, renderTask, wrap } from '../../src/guide/page.ts'
import { STEPS } from '../../src/guide/steps.ts'
import { goldenOf } from '../../src/report/golden.ts'

describe('what the guide prints', () => {
  test('no line is wider than 100 columns', () => {
    const lines = [
      ...STEPS.flatMap(renderTask),
      ...renderExample('discovery.document.served'),
      ...renderExample('token.expired.closed'),
    ]
    expect(lines.filter((line) => line.length > 100)).toEqual([])
  })

  test('an example loses nothing of what was recorded', () => {
    const check = 'discovery.document.served'
    const squeeze = (text: string): string => text.replace(/\s/g, '')
    const shown = squeeze(renderExample(check).slice(1).join(''))
    for (const line of goldenOf(check) ?? [])
      expect(shown).toContain(squeeze(line.replace(/^.*?: /, '')))
  })

  test('a long text without spaces goes on beneath', () => {
    const lines = wrap(`{"a":"${'x'.repeat(150)}","b":1}`, '', '  ')
    expect(lines.length).toBeGreaterThan(1)
    expect(lines.slice(1).every((line) => line.startsWith('  '))).toBe(true)
    expect(lines.map((line) => line.trim()).join('')).toBe(`{"a":"${'x'.repeat(150)}","b":1}`)
  })

  test('the name of a made-up value stays whole', () => {
    for (const indent of ['', '     ', ' '.repeat(60)]) {
      const lines = wrap('{"client_id":"<client 1>"} '.repeat(12).trim(), indent)
      expect(lines.join('\n').match(/<client 1>/g)).toHaveLength(12)
    }
  })

  test('a step that begins a profile says what it adds to discovery, others do not', () => {
    const [first, second] = STEPS.filter(({ profile }) => profile === 'broadcast')
    expect(first && renderTask(first).join(' ')).toContain('"broadcasts_per_second":50')
    expect(second && renderTask(second).join(' ')).not.toContain('In discovery')
  })

  test('a check without a transcript has no example', () => {
    expect(renderExample('nothing.of.this')).toEqual([])
  })
})
