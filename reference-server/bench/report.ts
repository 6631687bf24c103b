/** The report; it alone knows how figures become tables. */
import { cpus, release, totalmem } from 'node:os'
import { CONTESTANTS, type Contestant } from './contestants.ts'
import { GROWTH_CLIENTS, GROWTH_WINDOWS, type GrowthPoint } from './growth.ts'
import type { Measured, Storm, Workload } from './workloads.ts'

type Results = ReadonlyMap<Workload, ReadonlyMap<Contestant, readonly Measured[]>>

const TITLES: Record<Contestant, string> = {
  service: 'this server',
  redis: 'the same, with its state in Redis',
  unjoined: 'the same, each broadcast written by itself',
  naive: 'the naive server',
}

/** Where and how it was measured. */
export function describeMachine(run: {
  seconds: number
  warmSeconds: number
  rounds: number
}): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return [
    `${cpus().length} cores of ${cpu?.model.trim() ?? 'an unknown kind'}, ${memory} GiB, Linux ${release()}, Node ${process.versions.node}.`,
    `Server on one core, generator on another; ${run.seconds} seconds after ${run.warmSeconds} to warm up, medians of ${run.rounds}.`,
    'Every run counted as many deliveries as posts asked for.',
  ].join('\n')
}

/** What each contestant needed for each workload. */
export function describeWorkloads(results: Results): string {
  const head = ['workload', 'server', 'CPU us per delivery', 'times the naive', 'delivered/s']
  const rest = ['server core', 'generator core', 'p50 / p99 ms', 'KiB per client', 'handshakes/s']
  const rows = [...results].flatMap(([workload, byContestant]) =>
    CONTESTANTS.flatMap((contestant) => {
      const all = byContestant.get(contestant)
      return all ? [makeRow(workload, contestant, all, byContestant.get('naive'))] : []
    }),
  )
  return makeTable([...head, ...rest], rows)
}

function makeRow(
  { name, title, perSecond }: Workload,
  contestant: Contestant,
  all: readonly Measured[],
  naive: readonly Measured[] | undefined,
): string[] {
  const of = (key: keyof Measured): number => median(all.map((one) => one[key]))
  const against = naive ? median(naive.map((one) => one.cpuMicros)) / of('cpuMicros') : undefined
  const latency = `${of('p50Ms').toFixed(2)} / ${of('p99Ms').toFixed(2)}`
  return [
    `${name}: ${title}`,
    TITLES[contestant],
    of('cpuMicros').toFixed(2),
    against === undefined || contestant === 'naive' ? '' : against.toFixed(2),
    Math.round(of('perSecond')).toLocaleString('en'),
    percent(of('serverShare')),
    percent(of('loadShare')),
    perSecond === undefined ? '' : latency,
    of('kibPerClient').toFixed(1),
    Math.round(of('handshakesPerSecond')).toLocaleString('en'),
  ]
}

/** What became of a storm. */
export function describeStorm(storm: Storm): string {
  const clients = storm.clients.toLocaleString('en')
  return [
    `${clients} clients dropped at once came back in ${storm.seconds.toFixed(1)} s:`,
    `${storm.resumed.toLocaleString('en')} resumed, ${storm.arrived} of ${storm.posted} messages that were posted meanwhile arrived,`,
    `${storm.presenceEvents} webhooks told the application of it.`,
    `Meanwhile the server used ${percent(storm.serverShare)} of its core and the generator ${percent(storm.loadShare)} of its own.`,
  ].join(' ')
}

/** How the cost grows with clients and with what is held for replay. */
export function describeGrowth(points: readonly GrowthPoint[]): string {
  const head = [
    'messages held',
    ...GROWTH_CLIENTS.map((one) => `${one.toLocaleString('en')} clients`),
  ]
  const rows = GROWTH_WINDOWS.map((windowMessages) => [
    String(windowMessages),
    ...GROWTH_CLIENTS.map((clients) => {
      const point = points.find(
        (one) => one.clients === clients && one.windowMessages === windowMessages,
      )
      return point ? point.cpuMicros.toFixed(2) : ''
    }),
  ])
  const title = 'Microseconds of CPU per delivery of a broadcast, eight publishers:'
  return [title, makeTable(head, rows), '![the same as a plot](bench/growth.svg)'].join('\n\n')
}

function makeTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
