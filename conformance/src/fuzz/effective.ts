/** Leaves out of a sequence what could do nothing, such as a goodbye of somebody who is not there; pure. */

import { actionOf, type Step, type Who } from './step.ts'

interface Situation {
  connection: 'none' | 'long' | 'short'
  tokens: number
  shortTokens: number
  grace: boolean
}

const REFUSED = new Set(['altered', 'without', 'two', 'unoffered', 'foreign-origin'])
const WITH_GRACE = new Set(['1001', '3000', '4300'])

/** The steps that can do something, in their order, as far as that can be told beforehand. */
export function effective(steps: readonly Step[]): Step[] {
  const people: Record<Who, Situation> = { ada: unborn(), bob: unborn() }
  let answers = '204'
  let isSettled = true
  return steps.filter((step) => {
    const situation = people[step.who ?? 'ada']
    if (step.do === 'settle') {
      const isIdle = isSettled
      isSettled = true
      return !isIdle
    }
    if (step.do === 'answer') {
      const isNew = answers !== step.how
      answers = step.how
      return isNew
    }
    if (!isPossible(step, situation)) return false
    isSettled = false
    apply(step, situation)
    return true
  })
}

const unborn = (): Situation => ({ connection: 'none', tokens: 0, shortTokens: 0, grace: false })

function isPossible(step: Step, { connection, tokens, shortTokens, grace }: Situation): boolean {
  switch (actionOf(step)?.needs) {
    case 'connection':
      return connection !== 'none'
    case 'token':
      return tokens > 0
    case 'short-token':
      return shortTokens > 0
    case 'grace':
      return grace
    default:
      return true
  }
}

function apply(step: Step, situation: Situation): void {
  const lose = (hasGrace: boolean): void => {
    if (situation.connection !== 'none') situation.grace = hasGrace
    situation.connection = 'none'
  }
  switch (step.do) {
    case 'mint':
      situation.tokens += 1
      if (step.how === 'short') situation.shortTokens += 1
      break
    case 'connect':
      if (step.how !== 'kept' && step.how !== 'first') situation.tokens += 1
      if (step.how === 'short') situation.shortTokens += 1
      if (REFUSED.has(step.how)) break
      situation.connection =
        step.how === 'short' ||
        ((step.how === 'kept' || step.how === 'first') && situation.shortTokens > 0)
          ? 'short'
          : 'long'
      situation.grace = false
      break
    case 'spoil':
      situation.connection = 'none'
      situation.grace = false
      break
    case 'close':
      lose(WITH_GRACE.has(step.how))
      break
    case 'drop':
      lose(true)
      break
    case 'say':
      lose(false)
      break
    case 'disconnect':
      if (step.how === 'malformed') break
      lose(false)
      situation.grace = false
      break
    case 'expire':
      situation.shortTokens = 0
      if (situation.connection === 'short') lose(true)
      break
    case 'grace':
      situation.grace = false
      break
    default:
  }
}
