/** Wrong clients that come back too early, too late or not at all. */

import type { ClientFault } from '../fault.ts'
import { RULES } from '../rules.ts'

const { reconnect, backOff } = RULES

export const RETURNING_FAULTS: Readonly<Record<string, ClientFault>> = {
  'never-doubles': { misdeed: 'keeps the first bound', rule: { bound: () => 2 } },
  'waits-without-chance': {
    misdeed: 'waits as long as the bound, always',
    rule: { backOff: (bound) => bound },
  },
  'waits-beyond-the-bound': {
    misdeed: 'waits longer than the bound after the second ending in a row',
    rule: {
      backOff: (bound, chance, rounds) =>
        rounds === 1 ? bound + 1.5 : backOff(bound, chance, rounds),
    },
  },
  'waits-below-a-second': {
    misdeed: 'waits less than a second after the second ending in a row',
    rule: {
      backOff: (bound, chance, rounds) => (rounds === 1 ? 0.5 : backOff(bound, chance, rounds)),
    },
  },
  'forgets-at-welcome': {
    misdeed: 'begins with the shortest bound after every welcome',
    rule: { isRested: () => true },
  },
  'forgets-at-other-endings': {
    misdeed: 'begins with the shortest bound after an ending whose duty is another',
    rule: { roundsAfterOther: () => 0 },
  },
  'counts-reconnects-too': {
    misdeed: 'doubles the bound with endings of 42xx too',
    rule: { roundsAfterOther: (rounds, duty) => (duty === 'reconnect' ? rounds + 1 : rounds) },
  },
  'rests-too-soon': {
    misdeed: 'begins with the shortest bound after 20 seconds of one connection',
    rule: { isRested: (welcomedSeconds) => welcomedSeconds >= 20 },
  },
  'never-rests': {
    misdeed: 'never begins with the shortest bound again',
    rule: { isRested: () => false },
  },
  'ignores-after-seconds': {
    misdeed: 'does not wait as a reconnect envelope says',
    rule: { afterSeconds: () => 0 },
  },
  'awaits-only-42xx': {
    misdeed: 'waits as a reconnect envelope says only where the end has a code of 42xx',
    rule: { afterSeconds: (given, why) => (why === 'reconnect' ? given : 0) },
  },
  'late-after-the-announced-time': {
    misdeed: 'waits for the announced time and then backs off',
    rule: {
      reconnect: (after, chance) => (after > 0 ? after + 1.2 + chance / 2 : reconnect(0, chance)),
    },
  },
  'keeps-after-seconds': {
    misdeed: 'waits as a reconnect envelope said after each later connection too',
    rule: { keepsAfterSeconds: true },
  },
  'refreshes-once-for-all': {
    misdeed: 'counts the first 43xx of its life, and not of each connection',
    rule: { isRefreshedStill: (_wasWelcomed, isRefreshed) => isRefreshed },
  },
  'refreshes-without-end': {
    misdeed: 'comes back at once after every 43xx',
    rule: { refreshesAgain: () => true },
  },
  'stops-when-callback-fails': {
    misdeed: 'stops when its callback fails',
    rule: { dutyOf: (cause) => (cause === 'callback' ? 'stop' : 'back-off') },
  },
  'hurries-when-callback-fails': {
    misdeed: 'asks again at once when its callback fails',
    rule: { dutyOf: (cause) => (cause === 'callback' ? 'reconnect' : 'back-off') },
  },
}
