import { expect, test } from 'vitest'
import { drawGrowth, GROWTH_CLIENTS, GROWTH_WINDOWS } from '../../bench/growth.ts'
import { describeGrowth, describeStorm } from '../../bench/report.ts'

const points = GROWTH_WINDOWS.flatMap((windowMessages) =>
  GROWTH_CLIENTS.map((clients) => ({ clients, windowMessages, cpuMicros: clients / 10_000 })),
)

test('the plot has a line for each number of held messages, and a point for each measurement', () => {
  const svg = drawGrowth(points)
  expect(svg.match(/<polyline/g)).toHaveLength(GROWTH_WINDOWS.length)
  expect(svg.match(/<circle/g)).toHaveLength(points.length)
  expect(svg).not.toContain('NaN')
})

test('a larger cost is drawn higher', () => {
  const [, first = '', last = ''] =
    /points="[^,]+,([\d.]+) [^"]*,([\d.]+)"/.exec(drawGrowth(points)) ?? []
  expect(Number(last)).toBeLessThan(Number(first))
})

test('the table has a row for each number of held messages', () => {
  expect(describeGrowth(points)).toContain('| 100 | 0.01 | 0.10 | 1.00 |')
})

test('a storm says how many came back, with what, and who heard of it', () => {
  const storm = {
    clients: 10_000,
    seconds: 2.34,
    resumed: 9999,
    posted: 1000,
    arrived: 998,
    presenceEvents: 1,
    serverShare: 0.9,
    loadShare: 0.7,
  }
  expect(describeStorm(storm)).toBe(
    '10,000 clients dropped at once came back in 2.3 s: 9,999 resumed, 998 of 1000 messages that were posted meanwhile arrived, 1 webhooks told the application of it. Meanwhile the server used 90 % of its core and the generator 70 % of its own.',
  )
})
