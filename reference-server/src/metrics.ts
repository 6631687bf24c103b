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
  const counters = new Map<CounterName, Counter<'label'>>()
  if (withProcess) collectDefaultMetrics({ register: registry })

  const open = (name: CounterName): Counter<'label'> => {
    const counter = new Counter({
      name: `${PREFIX}${name}_total`,
      help: `Count of ${name.replaceAll('_', ' ')}`,
      labelNames: ['label'] as const,
      registers: [registry],
    })
    counters.set(name, counter)
    return counter
  }

  return {
    mediaType: registry.contentType,
    scrape: () => registry.metrics(),
    count: (name, label) => {
      const counter = counters.get(name) ?? open(name)
      if (label === undefined) counter.inc()
      else counter.inc({ label })
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
