/** Leaves out of a sequence what could do nothing, such as a goodbye of somebody who is not there; pure. */

import { actionOf, type Step, type Who } from './step.ts'

interface Situation {
  connection: 'none' | 'long' | 'short'
  tokens: number
  shortTokens: number
  grace: boolean
  hasKey: boolean
  sockets: number
  page: 'none' | 'open' | 'held' | 'left'
}

const REFUSED = new Set(['altered', 'without', 'two', 'unoffered', 'foreign-origin'])
/** What an opening leaves the client with. */
const PAGES: Readonly<Record<string, Situation['page']>> = { accepted: 'open', held: 'held' }
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

const unborn = (): Situation => ({
  connection: 'none',
  tokens: 0,
  shortTokens: 0,
  grace: false,
  hasKey: false,
  sockets: 0,
  page: 'none',
})

function isPossible(step: Step, situation: Situation): boolean {
  const { connection, tokens, shortTokens, grace, hasKey, sockets, page } = situation
  switch (actionOf(step)?.needs) {
    case 'connection':
      return connection !== 'none'
    case 'token':
      return tokens > 0
    case 'short-token':
      return shortTokens > 0
    case 'grace':
      return grace
    case 'key':
      return hasKey
    case 'open-socket':
      return page === 'open'
    case 'page':
      return page === 'open' || page === 'held'
    case 'held-socket':
      return page === 'held' || page === 'left'
    case 'any-socket':
      return sockets > 0
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
    case 'keyed':
      situation.hasKey = true
      break
    case 'page-open':
      if (step.how !== 'altered') situation.sockets += 1
      situation.page = PAGES[step.how] ?? situation.page
      break
    case 'page-admit':
      situation.page = step.how === 'accept' && situation.page === 'held' ? 'open' : 'none'
      break
    case 'page-say':
      if (step.how !== 'text' && step.how !== 'empty' && situation.page === 'open')
        situation.page = 'none'
      break
    case 'page-leave':
      situation.page = situation.page === 'held' ? 'left' : 'none'
      break
    default:
  }
}
