import { expect, test } from 'vitest'
import {
  DEFAULT_TIME_ZONE,
  isTimeZone,
  writeLocalInstant,
  writeTimeOfDay,
} from '../../demos/local-time.ts'

const AT = Date.parse('2026-07-01T20:50:00.123Z')

test.each([
  [DEFAULT_TIME_ZONE, '2026-07-02T05:50:00.123+09:00'],
  ['UTC', '2026-07-01T20:50:00.123+00:00'],
  ['Europe/Berlin', '2026-07-01T22:50:00.123+02:00'],
  ['America/St_Johns', '2026-07-01T18:20:00.123-02:30'],
  ['Asia/Kathmandu', '2026-07-02T02:35:00.123+05:45'],
])('an instant in %s is RFC 3339 with its offset', (zone, expected) => {
  expect(writeLocalInstant(AT, zone)).toBe(expected)
  expect(Date.parse(expected)).toBe(AT)
})

test('the offset is the one of that day', () => {
  const winter = Date.parse('2026-01-01T12:00:00Z')
  expect(writeLocalInstant(winter, 'Europe/Berlin')).toBe('2026-01-01T13:00:00.000+01:00')
})

test('a time of day has hours, minutes and seconds, and midnight is 00', () => {
  expect(writeTimeOfDay(Date.parse('2026-07-01T15:00:07Z'), 'Asia/Tokyo')).toBe('00:00:07')
})

test('a time zone is told from what is none', () => {
  expect(['Asia/Tokyo', 'UTC'].every(isTimeZone)).toBe(true)
  expect(['Asia/Tokio', '', 'here'].some(isTimeZone)).toBe(false)
})
