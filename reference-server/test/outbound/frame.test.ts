import { expect, test } from 'vitest'
import { makeFrame, makeFrameMaker } from '../../src/outbound/frame.ts'

test('a text is one whole unmasked text frame whose length has the shortest form', () => {
  const header = (text: string): number[] => {
    const frame = makeFrame(text)
    return [...frame.subarray(0, frame.length - Buffer.byteLength(text))]
  }
  expect(header('')).toEqual([0x81, 0])
  expect(header('x'.repeat(125))).toEqual([0x81, 125])
  expect(header('x'.repeat(126))).toEqual([0x81, 126, 0, 126])
  expect(header('x'.repeat(65_535))).toEqual([0x81, 126, 0xff, 0xff])
  expect(header('x'.repeat(65_536))).toEqual([0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0])
})

test('the payload is the UTF-8 of the text', () => {
  expect(makeFrame('né 😀').subarray(2).toString()).toBe('né 😀')
  expect(makeFrame('né 😀')[1]).toBe(8)
})

test('bytes are one binary frame', () => {
  expect([...makeFrame(new Uint8Array([1, 2, 3]))]).toEqual([0x82, 3, 1, 2, 3])
})

test('the same text at once is the same frame, and another text another', () => {
  const make = makeFrameMaker()
  const frame = make('{"a":1}')
  expect(make('{"a":1}')).toBe(frame)
  expect(make('{"a":2}')).not.toBe(frame)
  expect(make('{"a":2}').toString()).toContain('{"a":2}')
})
