import { describe, expect, it } from 'vitest'
import { makeEventParser, type StreamEvent } from '../../client/event-parser.ts'

function parse(pieces: readonly string[]): StreamEvent[] {
  const events: StreamEvent[] = []
  const read = makeEventParser((event) => events.push(event))
  for (const piece of pieces) read(piece)
  return events
}

const stream =
  ': a comment\nretry: 5\nevent: message\nid: 1\ndata: one\n\nid\ndata:two\ndata\ndata:  three: 3\n\n'
const events = [
  { data: 'one', lastEventId: '1' },
  { data: 'two\n\n three: 3', lastEventId: '' },
]

describe('the parser of event streams', () => {
  it.each(['\n', '\r', '\r\n'])('reads lines that end in %j, in pieces of any length', (end) => {
    const text = stream.replaceAll('\n', end)
    for (let length = 1; length <= text.length; length += 1) {
      const pieces = text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? []
      expect(parse(pieces)).toEqual(events)
    }
  })

  it('tells an event as soon as its empty line has come, also where that ends in CR', () => {
    expect(parse(['data: now\r\r'])).toEqual([{ data: 'now', lastEventId: '' }])
  })

  it('takes no LF for an empty line that follows a CR and an empty piece', () => {
    expect(parse(['data: a\r', '', '\ndata: b\n\n'])).toEqual([{ data: 'a\nb', lastEventId: '' }])
  })

  it('keeps the last id over events without one, and over an event without data', () => {
    const told = parse(['id: 7\n\ndata: a\n\nid: x\0y\ndata: b\n\n'])
    expect(told.map(({ lastEventId }) => lastEventId)).toEqual(['7', '7'])
  })

  it('does not tell an event that the end of the stream cut off', () => {
    expect(parse(['data: a\n'])).toEqual([])
  })
})
