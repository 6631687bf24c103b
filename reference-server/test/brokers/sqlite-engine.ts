/** A store of tests that is a file of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Broker } from '../../src/broker-port.ts'
import { openSqliteBroker } from '../../src/brokers/sqlite.ts'
import { makeBrokerParts } from '../broker-parts.ts'
import { makeFakeClock } from '../fake-clock.ts'
import type { Engine } from './engine.ts'

/** An engine whose file is at `path`. */
export async function makeSqliteEngine(): Promise<Engine & { path: string }> {
  const clock = makeFakeClock()
  const folder = await mkdtemp(join(tmpdir(), 'channel-broker-'))
  const path = join(folder, 'channel.db')
  let last: Broker | undefined
  const open: Engine['open'] = async (others) => {
    last = openSqliteBroker(path, makeBrokerParts(clock, others))
    return last
  }
  return {
    clock,
    path,
    open,
    // Nothing is written at the end, so an end is as good as a kill.
    reopen: async (others) => {
      await last?.stop()
      return open(others)
    },
    dispose: async () => {
      await last?.stop()
      await rm(folder, { recursive: true })
    },
  }
}
