import { describe, expect, test } from 'vitest'
import { effective } from '../../src/fuzz/effective.ts'
import { describeStep, type Step } from '../../src/fuzz/step.ts'

const step = (verb: string, how: string, who?: 'ada' | 'bob'): Step => ({
  do: verb,
  how,
  ...(who && { who }),
})
const words = (steps: readonly Step[]): string[] => effective(steps).map(describeStep)

describe('effective steps', () => {
  test('leave out a goodbye of somebody who is not there', () => {
    expect(words([step('close', '1000', 'ada'), step('connect', 'fresh', 'bob')])).toEqual([
      'Bob connects with a fresh token',
    ])
  })

  test('leave out a grace that nobody is in', () => {
    const [come, grace] = [step('connect', 'fresh', 'ada'), step('grace', 'over', 'ada')]
    expect(words([come, step('close', '1000', 'ada'), grace])).toHaveLength(2)
    expect(words([come, step('drop', 'silently', 'ada'), grace])).toHaveLength(3)
  })

  test('leave out answers that change nothing', () => {
    expect(words([step('answer', '204'), step('answer', '500'), step('answer', '500')])).toEqual([
      'the application answers webhooks with 500',
    ])
  })

  test('leave out a token that is not kept and an expiry of no token', () => {
    expect(words([step('connect', 'kept', 'ada'), step('expire', 'now', 'ada')])).toEqual([])
  })

  test('leave out what is done with a socket that nobody has', () => {
    const open = step('page-open', 'held', 'ada')
    const [send, say] = [step('page-send', 'all', 'ada'), step('page-say', 'text', 'ada')]
    const admit = step('page-admit', 'refuse', 'ada')
    expect(words([send, say, admit])).toEqual([])
    expect(words([open, send, say, admit])).toHaveLength(4)
    expect(words([open, admit, say, admit, send])).toEqual(words([open, admit, send]))
  })

  test('leave out a key that was never used', () => {
    const [post, repeat] = [step('keyed', 'new', 'bob'), step('keyed', 'repeat', 'bob')]
    expect(words([repeat])).toEqual([])
    expect(words([post, repeat])).toHaveLength(2)
  })

  test('keep what a refused connection does not change', () => {
    const steps = [
      step('connect', 'fresh', 'ada'),
      step('connect', 'altered', 'ada'),
      step('close', '1000', 'ada'),
    ]
    expect(effective(steps)).toEqual(steps)
  })
})
