/** Sequences as fast-check makes and shrinks them; it alone knows how one is generated from a seed. */

import fc from 'fast-check'
import type { Action } from './action.ts'
import { effective } from './effective.ts'
import { type Step, stepOf, type Who } from './step.ts'

/** A sequence that a seed and a path lead to, with what fast-check needs to make it simpler. */
export interface Generated {
  readonly steps: readonly Step[]
  /** As fast-check writes it: `17:3:0` is the 18th of the seed, its 4th simplification, and that one's first. */
  readonly path: string
  /** Simplifications, simplest first. */
  simpler(): IterableIterator<Generated>
}

/** One client alone shows most; the other one is there to be disturbed. */
const LIKELY: readonly Who[] = ['ada', 'ada', 'ada', 'bob']

/** Sequences of at most so many steps out of these actions. */
export function sequences(actions: readonly Action[], most: number): fc.Arbitrary<readonly Step[]> {
  const weighted = actions.flatMap((action) =>
    Array.from({ length: action.weight ?? 1 }, () => action),
  )
  const step = fc
    .tuple(fc.constantFrom(...weighted), fc.constantFrom(...LIKELY))
    .map(([action, who]) => stepOf(action, who))
  // Without a bias every length is as likely: short sequences alone find little.
  return fc.noBias(fc.array(step, { maxLength: most, size: 'max' }))
}

/** The first `count` sequences of a seed. */
export function generate(
  arbitrary: fc.Arbitrary<readonly Step[]>,
  { seed, count }: { readonly seed: number; readonly count: number },
): Generated[] {
  const made: fc.Value<readonly Step[]>[] = []
  // fast-check keeps to itself what a value was made from; whoever shrinks it outside a property has to listen.
  class Listening extends fc.Arbitrary<readonly Step[]> {
    generate(random: fc.Random, bias: number | undefined): fc.Value<readonly Step[]> {
      const value = arbitrary.generate(random, bias)
      made.push(value)
      return value
    }
    canShrinkWithoutContext(value: unknown): value is readonly Step[] {
      return arbitrary.canShrinkWithoutContext(value)
    }
    shrink(value: readonly Step[], context: unknown): fc.Stream<fc.Value<readonly Step[]>> {
      return arbitrary.shrink(value, context)
    }
  }
  fc.sample(new Listening(), { seed, numRuns: count })
  return made.map((value, index) => generated(arbitrary, value, `${index}`))
}

/** The sequence that a seed and a path lead to. Throws where there is none. */
export function generateAt(
  arbitrary: fc.Arbitrary<readonly Step[]>,
  { seed, path }: { readonly seed: number; readonly path: string },
): readonly Step[] {
  const [steps] = fc.sample(arbitrary, { seed, path, numRuns: 1 })
  if (!steps) throw new Error(`the seed ${seed} has no sequence at the path ${path}`)
  return effective(steps)
}

function generated(
  arbitrary: fc.Arbitrary<readonly Step[]>,
  value: fc.Value<readonly Step[]>,
  path: string,
): Generated {
  return {
    steps: effective(value.value),
    path,
    *simpler() {
      let position = 0
      for (const simpler of arbitrary.shrink(value.value, value.context)) {
        yield generated(arbitrary, simpler, `${path}:${position}`)
        position += 1
      }
    },
  }
}
