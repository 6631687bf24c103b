/** Wrong clients that lose or show something when they renew or resume. */

import type { ClientFault } from '../fault.ts'
import { placesOf, RULES } from '../rules.ts'

const { tellsOpen, places } = RULES

export const RENEWING_FAULTS: Readonly<Record<string, ClientFault>> = {
  'never-renews': { misdeed: 'lets its token die', rule: { renewal: () => Infinity } },
  'renews-early': {
    misdeed: 'renews after half of the time',
    rule: { renewal: (lifetime) => lifetime / 2 },
  },
  'mixes-two-connections': {
    misdeed: 'does not hold what the newer connection brings',
    rule: { holdSeconds: 0 },
  },
  'holds-half-a-second': {
    misdeed: 'holds what the newer connection brings for half a second',
    rule: { holdSeconds: 0.5 },
  },
  'stops-at-its-own-replacement': {
    misdeed: 'stops when 4009 on the older connection comes before the welcome of the newer',
    rule: { awaitsNewer: false },
  },
  'holds-for-ever': {
    misdeed: 'holds what the newer connection brings until the older one has delivered all',
    rule: { holdSeconds: Infinity },
  },
  'drops-the-older-connection': {
    misdeed: 'listens no more to the older connection',
    rule: { keepsOlder: false },
  },
  'tells-replaced-end': {
    misdeed: 'tells the end of a connection that it replaced itself',
    rule: { atReplacedEnd: 'tell' },
  },
  'opens-again-at-renewal': {
    misdeed: 'tells the welcome of a renewal as a first one',
    rule: { tellsOpen: { ...tellsOpen, atRenewal: true } },
  },
  'comes-back-for-the-replaced': {
    misdeed: 'connects again when a connection that it replaced itself ends',
    rule: { atReplacedEnd: 'come-back' },
  },
  'gives-no-place': { misdeed: 'gives no places', rule: { places: () => ({}) } },
  'gives-the-first-place': {
    misdeed: 'does not keep the places of what arrives',
    rule: { advances: () => false },
  },
  'forgets-the-broadcast-place': {
    misdeed: 'gives no place of the broadcasts when it comes back',
    rule: {
      places: (standing) => {
        const { message, ...rest } = places(standing)
        if (!standing.wasWelcomed) return { ...rest, ...(message !== undefined && { message }) }
        return message === undefined ? {} : { message }
      },
    },
  },
  'gives-the-place-of-the-token': {
    misdeed: 'gives the places of the newest token',
    rule: { places: ({ answer }) => placesOf(answer) },
  },
  'begins-without-a-place': {
    misdeed: 'gives no places on its first attempt',
    rule: { places: (standing) => (standing.wasWelcomed ? places(standing) : {}) },
  },
  'says-always-complete': {
    misdeed: 'says that nothing was missed',
    rule: { isComplete: () => true },
  },
  'says-never-complete': {
    misdeed: 'says that something was missed',
    rule: { isComplete: () => false },
  },
  'tells-nothing-when-back': {
    misdeed: 'does not say that it is back',
    rule: { tellsReturn: false },
  },
  'compares-nothing': {
    misdeed: 'takes a service without places for one that lost something',
    rule: { isComplete: ({ resumed }) => resumed === true },
  },
}
