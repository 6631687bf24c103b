/** Wrong clients that misunderstand how a connection ended, or tell it otherwise than they should. */

import type { ClientFault } from '../fault.ts'
import { type Duty, RULES, type Rules } from '../rules.ts'

const { duty, reconnect } = RULES

const isKnownCode = (code: number): boolean => code < 4000 || code % 100 <= 10 || code >= 4400
const dutyOf =
  (codes: (code: number) => boolean, other: Duty): Rules['duty'] =>
  (code) =>
    codes(code) ? other : duty(code)
const inRange =
  (hundred: number) =>
  (code: number): boolean =>
    Math.floor(code / 100) === hundred
const isUnlisted = (code: number): boolean =>
  duty(code) === 'back-off' && !inRange(41)(code) && code !== 1005 && code !== 1006

export const ENDING_FAULTS: Readonly<Record<string, ClientFault>> = {
  'backs-off-all-unknown': {
    misdeed: 'knows the codes of the table and not their ranges',
    rule: { duty: (code) => (isKnownCode(code) ? duty(code) : 'back-off') },
  },
  'comes-back-after-listed-stop': {
    misdeed: 'comes back after 4000 and 4003',
    rule: { duty: dutyOf((code) => code === 4000 || code === 4003, 'back-off') },
  },
  'comes-back-after-1000': {
    misdeed: 'comes back after 1000',
    rule: { duty: dutyOf((code) => code === 1000, 'back-off') },
  },
  'hurries-after-41xx': {
    misdeed: 'comes back at once after 41xx',
    rule: { duty: dutyOf(inRange(41), 'reconnect') },
  },
  'stops-at-41xx': { misdeed: 'stops after 41xx', rule: { duty: dutyOf(inRange(41), 'stop') } },
  'stops-at-unknown': {
    misdeed: 'stops after codes that are not in the table, in ranges that come back',
    rule: { duty: dutyOf((code) => !isKnownCode(code), 'stop') },
  },
  'stops-at-unlisted': {
    misdeed: 'stops after codes outside the ranges of the protocol',
    rule: { duty: dutyOf(isUnlisted, 'stop') },
  },
  'stops-at-1008': {
    misdeed: 'takes 1008, with which a proxy ends a connection, for a word of the service',
    rule: { duty: dutyOf((code) => code === 1008, 'stop') },
  },
  'hurries-after-unlisted': {
    misdeed: 'comes back at once after codes outside the ranges of the protocol',
    rule: { duty: dutyOf(isUnlisted, 'reconnect') },
  },
  'hurries-after-loss': {
    misdeed: 'comes back at once after a loss without a code',
    rule: { duty: dutyOf((code) => code === 1005 || code === 1006, 'reconnect') },
  },
  'stops-when-refused': {
    misdeed: 'stops when its WebSocket does not open',
    rule: { dutyBeforeOpen: () => 'stop' },
  },
  'reconnects-late': {
    misdeed: 'backs off after 42xx',
    rule: {
      reconnect: (after, chance) => (after > 0 ? reconnect(after, chance) : 1.2 + chance / 2),
    },
  },
  'refreshes-late': {
    misdeed: 'backs off after the first 43xx',
    rule: { refresh: (chance) => 1.2 + chance / 2 },
  },
  'stops-at-43xx': { misdeed: 'stops after 43xx', rule: { duty: dutyOf(inRange(43), 'stop') } },
  'stops-silently': { misdeed: 'stops without a word', rule: { tellsEnd: () => [] } },
  'tells-end-twice': {
    misdeed: 'tells the end twice',
    rule: { tellsEnd: (code) => [...RULES.tellsEnd(code), { event: 'close', code }] },
  },
  'error-after-end': {
    misdeed: 'tells the error after the end',
    rule: { tellsEnd: (code) => RULES.tellsEnd(code).toReversed() },
  },
  'end-without-code': {
    misdeed: 'tells the end without its code',
    rule: { tellsEnd: () => [{ event: 'close' }] },
  },
}
