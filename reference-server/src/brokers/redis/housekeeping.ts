/** What a node looks at and tidies in the store: it alone knows which stores will do, and what an earlier generation left. */
import type { Log } from '../../ports.ts'
import { BrokerError } from '../broker-error.ts'
import type { Link } from './link.ts'
import { namePrefix } from './names.ts'

/** The first version that has everything the scripts use. */
const LEAST_VERSION = 7

const SCANNED_AT_ONCE = '1000'

/** Rejects with a BrokerError where the store is not of a kind that can be used; warns where it may forget. */
export async function inspect(link: Link, log: Log): Promise<void> {
  const info = await link.send<string>(['INFO'])
  const read = (name: string): string => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? ''
  const version = read('redis_version')
  if (Number.parseInt(version, 10) < LEAST_VERSION)
    throw new BrokerError(`it is version ${version}; Redis 7 or Valkey is needed`)
  if (read('redis_mode') === 'cluster')
    throw new BrokerError('it is a Redis Cluster; give one primary, which holds everything')
  const evicts = Number(read('maxmemory')) > 0 && read('maxmemory_policy') !== 'noeviction'
  if (evicts)
    log.warn(
      { policy: read('maxmemory_policy') },
      'the store may forget what is in use: set maxmemory-policy to noeviction',
    )
}

/** Removes what a generation left that is over. Rejects where the store fails. */
export async function forgetGeneration(
  link: Link,
  database: number,
  generation: string,
): Promise<void> {
  const pattern = `${namePrefix(database, generation)}:*`
  let cursor = '0'
  do {
    const args = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', SCANNED_AT_ONCE]
    const [next, keys] = await link.send<[string, string[]]>(args)
    if (keys.length > 0) await link.send(['UNLINK', ...keys])
    cursor = next
  } while (cursor !== '0')
}

/** Why no store can be used, in one line; what stands in its URL beside the address is kept to ourselves. */
export function explainFailure(url: string, failure: unknown): string {
  const { protocol, host } = new URL(url)
  const why = failure instanceof Error ? failure.message || failure.name : 'it does not answer'
  return `no store can be used at ${protocol}//${host}: ${why}`
}
