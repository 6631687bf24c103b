import { describe, expect, test } from 'vitest'
import { SocketModel } from '../../src/fuzz/model/socket.ts'
import { readTables } from '../../src/fuzz/states.ts'

const tables = readTables()
const opened = (): SocketModel =>
  new SocketModel({ role: 'ada socket 1', path: 'p', id: 's1' }, tables, new Set())
const word = (body: string, isFailing = false) => ({ body, isFailing })
const texts = ({ due }: SocketModel): string[] => due.map(({ text }) => text)

describe('SocketModel', () => {
  test('text for a socket that is asked about is held, and due when it is accepted', () => {
    const socket = opened()
    expect(socket.send('held')).toBe(true)
    expect(texts(socket)).toEqual([])
    socket.accept()
    socket.send('direct')
    expect(texts(socket)).toEqual(['held', 'direct'])
  })

  test('held text may never come on a socket that is refused, of which nobody is told the end', () => {
    const socket = opened()
    socket.send('held')
    socket.refuse()
    expect(socket.forbidden.get('held')).toBe('socket.held.dropped')
    expect(socket.send('late')).toBe(false)
    expect([socket.state, socket.isClosedDue, socket.closeCodes]).toEqual(['over', false, [4003]])
  })

  test('a handshake without an answer ends it, and that is told', () => {
    const socket = opened()
    socket.fallSilent()
    socket.tell(true)
    expect([socket.state, socket.isClosedDue, socket.closeCodes]).toEqual(['over', true, [4105]])
  })

  test('a broadcast reaches it only when it was accepted', () => {
    const socket = opened()
    expect(socket.broadcast('early')).toBe(false)
    socket.accept()
    expect(socket.broadcast('late')).toBe(true)
    expect(texts(socket)).toEqual(['late'])
    expect(socket.forbidden.get('early')).toBe('socket.broadcast.pending')
  })

  test('what the page said before it was accepted is told then, up to what the application fails', () => {
    const socket = opened()
    socket.say([word('one'), word('two', true), word('three')])
    expect(socket.messages).toEqual([])
    socket.accept()
    expect(socket.messages).toEqual(['one', 'two'])
    expect([socket.state, socket.closeCodes]).toEqual(['ending', [4105]])
  })

  test('of a page that left before it was accepted the service may not know: text may come or not', () => {
    const socket = opened()
    socket.leave(1000)
    expect(socket.isDoubtful).toBe(true)
    socket.send('doubtful')
    socket.fallSilent()
    expect(socket.possible.has('doubtful')).toBe(true)
    expect(socket.closeCodes).toEqual([1000, 4105])
  })
})
