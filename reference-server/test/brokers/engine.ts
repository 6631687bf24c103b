/** What the contract of brokers is run on; it alone knows what a store of tests has to offer. */

import type { Broker } from '../../src/broker-port.ts'
import type { BrokerParts } from '../../src/brokers/parts.ts'
import type { FakeClock } from '../fake-clock.ts'

/** One store, empty at first, and the brokers that a test opens on it. */
export interface Engine {
  readonly clock: FakeClock
  /** A broker on the store, which nobody else has open; what is not given is as in tests of the rules. */
  open(others?: Partial<BrokerParts>): Promise<Broker>
  /** Ends the broker that was opened last without a word, as a process that is killed does, and opens another. */
  reopen(others?: Partial<BrokerParts>): Promise<Broker>
  /** Frees the store. */
  dispose(): Promise<void>
}

/** One fact: what a test of it is called, and the test. */
export interface Fact {
  readonly name: string
  check(engine: Engine): Promise<void>
}
