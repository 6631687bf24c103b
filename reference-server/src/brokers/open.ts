/** The choice of a broker; it alone knows which engine a setting stands for. */
import type { Broker } from '../broker-port.ts'
import { BrokerError } from './broker-error.ts'
import { makeMemoryBroker } from './memory.ts'
import type { BrokerParts } from './parts.ts'
import { openSqliteBroker } from './sqlite.ts'

/** Where the state of a service lives. */
export type BrokerSetting =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'redis'; readonly url: string; readonly leaseSeconds?: number }

/** Opens the broker of a setting. Rejects with a BrokerError where that cannot be used. */
export async function openBroker(setting: BrokerSetting, parts: BrokerParts): Promise<Broker> {
  if (setting.kind === 'memory') return makeMemoryBroker(parts)
  if (setting.kind === 'sqlite') return openSqliteBroker(setting.file, parts)
  // Its client is loaded, and in a package installed, by those alone who need it.
  const { openRedisBroker } = await import('./redis.ts').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new BrokerError('a broker on Redis needs its client: npm install @redis/client')
  })
  return openRedisBroker(setting.url, parts, setting.leaseSeconds)
}
