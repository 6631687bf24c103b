import { describe, expect, test } from 'vitest'
import { codesOf, countCells, Machine, readTables } from '../../src/fuzz/states.ts'
import { ACTIONS, describeStep, stepOf } from '../../src/fuzz/step.ts'

const tables = readTables()

describe('the state tables', () => {
  test('lead a machine from cell to cell, and note each', () => {
    const visited = new Set<never>()
    const machine = new Machine(tables.token, visited)
    machine.see('mint')
    machine.see('expire')
    expect(codesOf(machine.see('connect'))).toEqual([4300])
    expect([...visited]).toEqual([
      'token: unknown x mint',
      'token: live x expire',
      'token: expired x connect',
    ])
  })

  test('say what cannot happen', () => {
    const machine = new Machine(tables.connection, new Set())
    expect(() => machine.see('timeout')).toThrow('cannot happen: no Close is written yet')
  })

  test('have cells that can happen', () => {
    for (const count of countCells(tables).values()) expect(count).toBeGreaterThan(15)
  })
})

describe('actions', () => {
  test('have names and words of their own', () => {
    expect(new Set(ACTIONS.map(({ do: verb, how }) => `${verb} ${how}`)).size).toBe(ACTIONS.length)
    const words = ACTIONS.map((action) => describeStep(stepOf(action, 'bob')))
    expect(new Set(words).size).toBe(ACTIONS.length)
    for (const text of words) expect(text).not.toContain('{')
  })
})
