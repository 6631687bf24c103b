/** The benchmark: what a delivery costs this server, beside the server that one writes first; knows in which order all is measured. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { CONTESTANTS, type Contestant, type Running, start } from './contestants.ts'
import { drawGrowth, GROWTH_CLIENTS, GROWTH_WINDOWS, type GrowthPoint } from './growth.ts'
import type { Asked } from './load/main.ts'
import { startNode, stop } from './processes.ts'
import { describeGrowth, describeMachine, describeStorm, describeWorkloads } from './report.ts'
import { type Measured, makeGrowth, type Storm, WORKLOADS, type Workload } from './workloads.ts'

/** The longest that one measurement may take, in milliseconds. */
const PATIENCE_MS = 120_000
const STORM_CLIENTS = 10_000

/** The exit code of a program that was not asked for anything it can do. */
const USAGE = 2

const RESULTS = new URL('../RESULTS.md', import.meta.url)
const PLOT = new URL('./growth.svg', import.meta.url)
const BEGIN = '<!-- npm run bench -- --write -->\n'
const END = '<!-- end of npm run bench -->'

interface Options {
  seconds: number
  warm?: number
  rounds: number
  only?: readonly string[]
  redis?: string
  write?: true
}

/** Every measurement of every contestant, by workload. */
export type Results = Map<Workload, Map<Contestant, Measured[]>>

const NAMES = [...WORKLOADS.map(({ name }) => name), 'storm', 'growth']

function readNumber(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && number > 0 && number <= 3600) return number
  throw new InvalidArgumentError('Give a number above 0, 3600 at most.')
}

function readNames(text: string): readonly string[] {
  const names = text.split(',')
  if (names.every((name) => NAMES.includes(name))) return names
  throw new InvalidArgumentError(`There are ${NAMES.join(', ')}; give them with commas between.`)
}

const options = new Command('npm run bench --')
  .description('Measures deliveries on loopback; Linux, best on a machine with nothing else to do.')
  .option('--seconds <number>', 'measured in each run', readNumber, 2)
  .option('--warm <number>', 'seconds before each run; as --seconds unless given', readNumber)
  .option('--rounds <number>', 'runs of each contestant in each workload', readNumber, 1)
  .option('--only <names>', `of ${NAMES.join()}`, readNames)
  .option('--redis <url>', 'measure the server with its state there as well')
  .option('--write', 'write the tables into reference-server/RESULTS.md')
  .addHelpText('after', describeNames())
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE))
  .parse()
  .opts<Options>()

const { seconds, rounds, only: wanted, warm: warmSeconds = seconds } = options
const isWanted = (name: string): boolean => wanted === undefined || wanted.includes(name)

function describeNames(): string {
  const rows = WORKLOADS.map(({ name, title }) => `  ${name.padEnd(9)} ${title}`)
  const more = [
    '  storm     10,000 clients dropped at once come back',
    '  growth    a delivery with more clients and more held for replay',
  ]
  return `\n${[...rows, ...more].join('\n')}\n`
}

/** A generator in a process of its own, asked for one thing. */
async function ask(child: ReturnType<typeof startNode>, asked: Asked): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('a measurement took too long')), PATIENCE_MS)
    child.once('message', (told: { answer?: unknown; error?: string }) => {
      clearTimeout(timer)
      if (told.error === undefined) resolve(told.answer)
      else reject(new Error(told.error))
    })
    child.send(asked)
  })
}

function startLoad(): ReturnType<typeof startNode> {
  return startNode([`${import.meta.dirname}/load/main.ts`], 1, 'ipc')
}

async function measureOne(
  contestant: Contestant,
  workload: Workload,
  windowMessages?: number,
): Promise<Measured> {
  const broker = contestant === 'redis' ? options.redis : undefined
  const server = await start(contestant, { windowMessages, broker })
  const load = startLoad()
  try {
    const { pid, port } = server
    const hasTokens = contestant !== 'naive'
    const job = { kind: 'measure', hasTokens, pid, port, workload, warmSeconds, seconds }
    return (await ask(load, job as Asked)) as Measured
  } finally {
    await Promise.all([stop(load), stop(server.child)])
  }
}

/** Whether a contestant can do what a workload asks for, in a way that differs from another one's. */
function takesPart(contestant: Contestant, { posting }: Workload): boolean {
  if (contestant === 'redis') return options.redis !== undefined
  return contestant !== 'unjoined' || posting === 'broadcast'
}

async function measureWorkloads(): Promise<Results> {
  const results: Results = new Map()
  for (let round = 0; round < rounds; round += 1)
    for (const workload of WORKLOADS.filter(({ name }) => isWanted(name)))
      for (const contestant of CONTESTANTS.filter((one) => takesPart(one, workload))) {
        const measured = await measureOne(contestant, workload)
        const all = results.get(workload) ?? new Map<Contestant, Measured[]>()
        results.set(workload, all.set(contestant, [...(all.get(contestant) ?? []), measured]))
        say(`${workload.name} ${contestant}: ${measured.cpuMicros.toFixed(2)} us per delivery`)
      }
  return results
}

async function measureGrowth(): Promise<GrowthPoint[]> {
  const points: GrowthPoint[] = []
  for (const windowMessages of GROWTH_WINDOWS)
    for (const clients of GROWTH_CLIENTS) {
      const { cpuMicros } = await measureOne('service', makeGrowth(clients), windowMessages)
      points.push({ clients, windowMessages, cpuMicros })
      say(`${clients} clients, ${windowMessages} held: ${cpuMicros.toFixed(2)} us per delivery`)
    }
  return points
}

async function measureStorm(): Promise<Storm> {
  const load = startLoad()
  let server: Running | undefined
  try {
    const webhooks = String(await ask(load, { kind: 'receive' }))
    server = await start('service', { webhooks })
    const { pid, port } = server
    const asked: Asked = { kind: 'storm', pid, port, clients: STORM_CLIENTS }
    return (await ask(load, asked)) as Storm
  } finally {
    await Promise.all([stop(load), server && stop(server.child)])
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

const results = await measureWorkloads()
const storm = isWanted('storm') ? await measureStorm() : undefined
const growth = isWanted('growth') ? await measureGrowth() : []
const text = [
  describeMachine({ seconds, warmSeconds, rounds }),
  ...(results.size > 0 ? [describeWorkloads(results)] : []),
  ...(storm ? [describeStorm(storm)] : []),
  ...(growth.length > 0 ? [describeGrowth(growth)] : []),
].join('\n\n')
process.stdout.write(`${text}\n`)
if (options.write) {
  const before = readFileSync(RESULTS, 'utf8')
  const [head = '', rest = ''] = before.split(BEGIN)
  const tail = rest.slice(rest.indexOf(END))
  writeFileSync(RESULTS, `${head}${BEGIN}\n${text}\n\n${tail}`)
  if (growth.length > 0) writeFileSync(PLOT, drawGrowth(growth))
}
