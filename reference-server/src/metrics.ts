/** Metrics in the Prometheus format; it alone knows the library that counts. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { CounterName, Metrics } from './ports.ts'

const PREFIX = 'channel_'

/** Metrics and their text for a scrape. */
export interface ScrapedMetrics extends Metrics {
  mediaType: string
  scrape(): Promise<string>
}

/** One number, which is written where it stands. */
interface Cell {
  count: number
}

/** What is counted under one name. */
interface Counts {
  unlabelled: Cell | undefined
  byLabel: Map<string, Cell>
}

function find(counts: Counts, label: string | undefined): Cell {
  if (label === undefined) {
    counts.unlabelled ??= { count: 0 }
    return counts.unlabelled
  }
  let cell = counts.byLabel.get(label)
  if (!cell) {
    cell = { count: 0 }
    counts.byLabel.set(label, cell)
  }
  return cell
}

/** Metrics of one server, with those of its process where `withProcess` is true. */
export function makeMetrics(withProcess: boolean): ScrapedMetrics {
  const registry = new Registry()
  /** By name and label; the library counts at each scrape, as it takes a microsecond to find a label. */
  const counts = new Map<CounterName, Counts>()
  if (withProcess) collectDefaultMetrics({ register: registry })

  const open = (name: CounterName): Counts => {
    const own: Counts = { unlabelled: undefined, byLabel: new Map() }
    counts.set(name, own)
    new Counter({
      name: `${PREFIX}${name}_total`,
      help: `Count of ${name.replaceAll('_', ' ')}`,
      labelNames: ['label'] as const,
      registers: [registry],
      collect() {
        this.reset()
        if (own.unlabelled) this.inc(own.unlabelled.count)
        for (const [label, { count }] of own.byLabel) this.inc({ label }, count)
      },
    })
    return own
  }

  return {
    mediaType: registry.contentType,
    scrape: () => registry.metrics(),
    count: (name, label) => {
      const own = counts.get(name) ?? open(name)
      find(own, label).count += 1
    },
    gauge: (name, read) => {
      new Gauge({
        name: `${PREFIX}${name}`,
        help: `Current ${name.replaceAll('_', ' ')}`,
        registers: [registry],
        collect() {
          this.set(read())
        },
      })
    },
  }
}
