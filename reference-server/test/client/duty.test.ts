import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import { describe, expect, it } from 'vitest'
import { decideDuty } from '../../client/duty.ts'

describe('the duty of a close code', () => {
  it.each(Object.values(CLOSE_CODES).map(({ code, duty }) => [code, duty]))(
    '%i is %s',
    (code, duty) => {
      expect(decideDuty(Number(code))).toBe(duty)
    },
  )

  it.each([
    [4077, 'stop'],
    [4177, 'back-off'],
    [4277, 'reconnect'],
    [4377, 'refresh'],
    [4400, 'back-off'],
    [1001, 'back-off'],
    [1005, 'back-off'],
    [1006, 'back-off'],
    [1011, 'back-off'],
    [1015, 'back-off'],
    [3000, 'back-off'],
    [4999, 'back-off'],
  ])('%i, which is not in the table, is %s', (code, duty) => {
    expect(decideDuty(code)).toBe(duty)
  })
})
