/** The contract of brokers as one table of facts, run on every engine; it alone knows which facts hold for which engine. */
import { describe, test } from 'vitest'
import { countingFacts } from './contract-counting.ts'
import { holdingFacts } from './contract-holding.ts'
import { postFacts } from './contract-posts.ts'
import { presenceFacts } from './contract-presence.ts'
import { survivalFacts } from './contract-survival.ts'
import type { Engine } from './engine.ts'

/**
 * Tests every fact, each on a store of its own.
 * @param outlives whether the state outlives the process
 */
export function testContract(
  name: string,
  outlives: boolean,
  makeEngine: () => Promise<Engine>,
): void {
  const facts = [...countingFacts, ...holdingFacts, ...presenceFacts, ...postFacts]
  describe(name, () => {
    for (const { name: fact, check } of outlives ? [...facts, ...survivalFacts] : facts)
      test(fact, async ({ onTestFinished }) => {
        const engine = await makeEngine()
        onTestFinished(() => engine.dispose())
        await check(engine)
      })
  })
}
