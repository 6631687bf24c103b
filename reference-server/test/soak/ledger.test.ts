import { describe, expect, test } from 'vitest'
import {
  type Accepted,
  judgeHearing,
  type Listening,
  type Step,
  sortAccepted,
} from '../../soak/ledger.ts'

const accept = (epoch: number, seq: number, askedAt: number): Accepted => ({
  id: `${epoch}.${seq}`,
  epoch,
  seq,
  text: `post ${epoch}.${seq}`,
  askedAt,
})
const STREAM = [accept(1, 1, 10), accept(1, 2, 20), accept(1, 3, 30), accept(2, 1, 40)]
const hear = (epoch: number, seq: number): Step => ({
  kind: 'delivered',
  id: `${epoch}.${seq}`,
  text: `post ${epoch}.${seq}`,
})
const judge = (steps: Step[], more: Partial<Listening> = {}) =>
  judgeHearing(STREAM, { name: 'ann', steps, wasThere: true, isThere: true, ...more })

describe('the books of a stream', () => {
  test('are in the order of epoch and seq', () => {
    expect(sortAccepted([...STREAM].reverse())).toEqual(STREAM)
  })

  test('find no fault where everything was heard', () => {
    const hearing = judge([hear(1, 1), hear(1, 2), hear(1, 3), hear(2, 1)])
    expect(hearing.faults).toEqual([])
    expect(hearing.delivered.size).toBe(4)
  })

  test('find what was never heard', () => {
    expect(judge([hear(1, 1), hear(1, 3), hear(2, 1)]).faults).toEqual([
      'ann never heard "post 1.2" (epoch 1, seq 2)',
    ])
    expect(judge([hear(1, 1), hear(1, 2), hear(1, 3)]).faults.length).toBe(1)
  })

  test('excuse by an announcement what was asked for before it, and nothing later', () => {
    const loss: Step = { kind: 'welcomed', isWhole: false, heardAt: 25 }
    const hearing = judge([hear(1, 1), loss, hear(2, 1)])
    expect([...hearing.announced]).toEqual([1])
    expect(hearing.faults).toEqual(['ann never heard "post 1.3" (epoch 1, seq 3)'])
    const whole: Step = { kind: 'welcomed', isWhole: true, heardAt: 25 }
    expect(judge([hear(1, 1), whole, hear(2, 1)]).faults.length).toBe(2)
  })

  test('find what came twice or out of order', () => {
    expect(judge([hear(1, 1), hear(1, 1), hear(1, 2), hear(1, 3), hear(2, 1)]).faults).toEqual([
      'ann heard "post 1.1" (epoch 1, seq 1) twice',
    ])
    expect(judge([hear(1, 2), hear(1, 1), hear(1, 3), hear(2, 1)]).faults).toContain(
      'ann heard "post 1.1" (epoch 1, seq 1) out of order',
    )
  })

  test('go by the last token before the first welcome, and by no later one', () => {
    const mint = (answeredAt: number): Step => ({ kind: 'minted', answeredAt })
    const welcomed: Step = { kind: 'welcomed', isWhole: true, heardAt: 26 }
    const newcomer = { wasThere: false, isThere: false }
    expect(judge([mint(15), mint(25), welcomed, hear(1, 3)], newcomer).faults).toEqual([])
    expect(judge([mint(15), welcomed, mint(25), hear(1, 3)], newcomer).faults.length).toBe(1)
  })

  test('begin with the token of a newcomer, and end with one who left', () => {
    const minted: Step = { kind: 'minted', answeredAt: 15 }
    expect(judge([minted, hear(1, 2)], { wasThere: false, isThere: false }).faults).toEqual([])
    expect(judge([minted, hear(1, 3)], { wasThere: false, isThere: false }).faults.length).toBe(1)
  })

  test('find a text that is not the one of its receipt, and name those that have no receipt', () => {
    const other: Step = { kind: 'delivered', id: '1.1', text: 'else' }
    const hearing = judge([other, { ...other, id: '9.9' }], { isThere: false })
    expect(hearing.faults).toEqual(['ann heard else in place of "post 1.1" (epoch 1, seq 1)'])
    expect(hearing.unreceipted).toEqual(['else'])
  })
})
