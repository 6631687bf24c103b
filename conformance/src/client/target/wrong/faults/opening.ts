/** Wrong clients that connect otherwise than they should. */

import type { ClientFault } from '../fault.ts'
import { RULES } from '../rules.ts'

const { tellsOpen } = RULES

export const OPENING_FAULTS: Readonly<Record<string, ClientFault>> = {
  'keeps-token': {
    misdeed: 'connects with its first token for ever',
    rule: { answer: (newest, first) => ({ ...newest, token: first.token }) },
  },
  'keeps-connect-url': {
    misdeed: 'connects at its first URL for ever',
    rule: { answer: (newest, first) => ({ ...newest, connect_url: first.connect_url }) },
  },
  'token-in-url': {
    misdeed: 'puts the token into the URL too',
    rule: { url: ({ connect_url, token }) => `${connect_url}&token=${token}` },
  },
  'offers-another-protocol': {
    misdeed: 'offers a subprotocol that is not of the protocol',
    rule: { protocols: (answer) => [...RULES.protocols(answer), 'json'] },
  },
  'offers-two-tokens': {
    misdeed: 'offers another token beside its own',
    rule: { protocols: (answer) => [...RULES.protocols(answer), 'channel-token.another'] },
  },
  'drops-the-query': {
    misdeed: 'leaves the query of the connect URL out',
    rule: { url: ({ connect_url }) => connect_url.replace(/\?.*/, '') },
  },
  'open-at-upgrade': {
    misdeed: 'takes an open WebSocket for a connection',
    rule: { tellsOpen: { ...tellsOpen, atUpgrade: true, atWelcome: false } },
  },
  'open-untold': {
    misdeed: 'does not say that it is connected',
    rule: { tellsOpen: { ...tellsOpen, atWelcome: false } },
  },
  'opens-again-when-back': {
    misdeed: 'tells each return as a first welcome too',
    rule: { tellsOpen: { ...tellsOpen, whenBack: true } },
  },
  'waits-for-ever-to-open': {
    misdeed: 'never abandons an attempt',
    rule: { openingSeconds: Infinity },
  },
  'waits-for-ever-for-its-callback': {
    misdeed: 'never takes a callback that does not answer for one that failed',
    rule: { callbackSeconds: Infinity },
  },
  'hurries-after-abandoning': {
    misdeed: 'comes back at once after an attempt that it abandoned',
    rule: { dutyOf: (cause) => (cause === 'abandoned' ? 'reconnect' : 'back-off') },
  },
  'stops-when-it-replaced-itself': {
    misdeed: 'stops when an attempt that it had abandoned replaces its connection',
    rule: { excuses: () => false },
  },
  'never-stops-when-replaced': {
    misdeed: 'excuses every 4009 once it has abandoned an attempt',
    rule: { excuses: (secondsAgo) => secondsAgo < 60 },
  },
}
