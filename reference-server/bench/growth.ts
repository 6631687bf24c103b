/** Growth as a plot; it alone knows how cost over clients is drawn. */

/** Clients and held messages that are measured. */
export const GROWTH_CLIENTS = [100, 1000, 10_000] as const
export const GROWTH_WINDOWS = [1, 10, 100] as const

/** One measurement. */
export interface GrowthPoint {
  clients: number
  windowMessages: number
  /** Microseconds of the server's CPU for one delivery. */
  cpuMicros: number
}

const SIZE = { width: 640, height: 320, left: 60, right: 150, top: 30, bottom: 45 }
const TITLE = 'CPU per delivery in microseconds, over connected clients'
const COLOURS = ['#0072b2', '#d55e00', '#009e73']

/** The plot, as one SVG document of its own. */
export function drawGrowth(points: readonly GrowthPoint[]): string {
  const { width, height, left, right, top, bottom } = SIZE
  const highest = Math.max(...points.map(({ cpuMicros }) => cpuMicros)) * 1.15
  const x = (clients: number): number =>
    left + ((Math.log10(clients) - 2) / 2) * (width - left - right)
  const y = (micros: number): number =>
    height - bottom - (micros / highest) * (height - top - bottom)
  const at = ({ clients, cpuMicros }: GrowthPoint): string =>
    `${x(clients).toFixed(1)},${y(cpuMicros).toFixed(1)}`
  const lines = GROWTH_WINDOWS.flatMap((windowMessages, index) => {
    const own = points.filter((point) => point.windowMessages === windowMessages)
    const last = own.at(-1)
    if (!last) return []
    const colour = COLOURS[index] ?? '#000'
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${own.map(at).join(' ')}"/>`,
      ...own.map((point) => {
        const [cx = '', cy = ''] = at(point).split(',')
        return `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${colour}"/>`
      }),
      `<rect x="${width - right + 15}" y="${top + index * 22}" width="12" height="12" fill="${colour}"/>`,
      `<text x="${width - right + 33}" y="${top + 11 + index * 22}">${windowMessages} held</text>`,
    ]
  })
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => (highest / 1.15) * part)
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13" role="img" aria-labelledby="what">`,
    `<title id="what">${TITLE}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${left}" y="18">${TITLE}</text>`,
    ...ticks.map(
      (micros) =>
        `<line x1="${left}" x2="${width - right}" y1="${y(micros).toFixed(1)}" y2="${y(micros).toFixed(1)}" stroke="#ddd"/><text x="${left - 8}" y="${(y(micros) + 4).toFixed(1)}" text-anchor="end">${micros.toFixed(2)}</text>`,
    ),
    ...GROWTH_CLIENTS.map(
      (clients) =>
        `<text x="${x(clients)}" y="${height - bottom + 20}" text-anchor="middle">${clients.toLocaleString('en')}</text>`,
    ),
    ...lines,
    '</svg>',
  ].join('\n')}\n`
}
