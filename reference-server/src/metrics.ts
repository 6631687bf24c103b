/** Metrics in the Prometheus format; it alone knows the library that counts. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { CounterName, Metrics } from './ports.ts'

const PREFIX = 'channel_'

/** Metrics and their text for a scrape. */
export interface ScrapedMetrics extends Metrics {
  mediaType: string
  scrape(): Promise<string>
}

/** Metrics of one server, with those of its process where `withProcess` is true. */
export function makeMetrics(withProcess: boolean): ScrapedMetrics {
  const registry = new Registry()
  /** By name and label; the library counts at each scrape, as it takes a microsecond to find a label. */
  const counts = new Map<CounterName, Map<string | undefined, number>>()
  if (withProcess) collectDefaultMetrics({ register: registry })

  const open = (name: CounterName): Map<string | undefined, number> => {
    const byLabel = new Map<string | undefined, number>()
    counts.set(name, byLabel)
    new Counter({
      name: `${PREFIX}${name}_total`,
      help: `Count of ${name.replaceAll('_', ' ')}`,
      labelNames: ['label'] as const,
      registers: [registry],
      collect() {
        this.reset()
        for (const [label, count] of byLabel)
          if (label === undefined) this.inc(count)
          else this.inc({ label }, count)
      },
    })
    return byLabel
  }

  return {
    mediaType: registry.contentType,
    scrape: () => registry.metrics(),
    count: (name, label) => {
      const byLabel = counts.get(name) ?? open(name)
      byLabel.set(label, (byLabel.get(label) ?? 0) + 1)
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
