import { describe, expect, it } from 'vitest'
import { makeTransports } from '../../client/transports.ts'

describe('the choice of a transport', () => {
  it('tries the event stream after two WebSockets that never opened, and then WebSockets again', () => {
    const transports = makeTransports('auto')
    const tried = Array.from({ length: 7 }, () => {
      const transport = transports.next()
      transports.noteMissed(transport, false)
      return transport[0]
    })
    expect(tried.join('')).toBe('wwewwew')
  })

  it('keeps what worked, however often it fails later', () => {
    for (const transport of ['websocket', 'event-stream'] as const) {
      const transports = makeTransports('auto')
      transports.noteOpened(transport)
      for (let times = 0; times < 5; times += 1) transports.noteMissed(transport, false)
      expect(transports.next()).toBe(transport)
    }
  })

  it('goes back to WebSockets where the service does not offer event streams any more', () => {
    const transports = makeTransports('auto')
    transports.noteOpened('event-stream')
    transports.noteMissed('event-stream', true)
    expect(transports.next()).toBe('websocket')
  })

  it('has no choice where one is wished for', () => {
    const transports = makeTransports('event-stream')
    transports.noteMissed('event-stream', true)
    expect(transports.next()).toBe('event-stream')
  })
})
