import { CLOSE_CODES, GAE_CALLBACKS } from '@channel-protocol/schemas/registry'
import { describe, expect, it } from 'vitest'
import { openGoog } from './open-goog.ts'

const rows = Object.values(CLOSE_CODES)
const unknown = [
  { code: 4077, gae: 'error' },
  { code: 4377, gae: 'invalid' },
  { code: 4177, gae: 'silent' },
  { code: 4277, gae: 'silent' },
  { code: 1006, gae: 'silent' },
  { code: 3000, gae: 'silent' },
] as const

describe('what the page of a goog.appengine channel is told', () => {
  it.each([...rows, ...unknown].map(({ code, gae }) => [code, gae] as const))(
    'of %i is as in the row %s of the registry',
    async (code, gae) => {
      const { page, told } = await openGoog()
      page.last().welcome()
      told.length = 0
      page.last().end(code, 'its-slug')
      const { onerror, onclose } = GAE_CALLBACKS[gae]
      const error = gae === 'error' ? { code, description: 'its-slug' } : onerror
      expect(told).toEqual([
        ...(error ? [['onerror', 2, error]] : []),
        ...(onclose ? [['onclose', 3, {}]] : []),
      ])
      await page.advance(30_000)
      expect(page.sockets).toHaveLength(onclose ? 1 : 2)
    },
  )
})
