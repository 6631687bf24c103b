/** Wrong clients that misread silence, do not close as they should, or know no event streams. */

import type { ClientFault } from '../fault.ts'
import { RULES } from '../rules.ts'

const { silence } = RULES

export const CLOSING_FAULTS: Readonly<Record<string, ClientFault>> = {
  'never-gives-up': { misdeed: 'keeps a silent connection', rule: { silence: () => Infinity } },
  'gives-up-at-the-first-heartbeat': {
    misdeed: 'gives a connection up when one heartbeat is late',
    rule: { silence: (heartbeat) => (heartbeat > 0 ? heartbeat : Infinity) },
  },
  'hurries-after-silence': {
    misdeed: 'comes back at once after silence',
    rule: { dutyOf: (cause) => (cause === 'silence' ? 'reconnect' : 'back-off') },
  },
  'watches-without-heartbeats': {
    misdeed: 'watches a connection that has no heartbeats',
    rule: { silence: (heartbeat) => (heartbeat > 0 ? silence(heartbeat) : 10) },
  },
  'hears-only-messages': {
    misdeed: 'takes only messages for signs of life',
    rule: { isSignOfLife: (type) => type === 'message' },
  },
  'hears-only-heartbeats': {
    misdeed: 'takes only heartbeats for signs of life',
    rule: { isSignOfLife: (type) => type === 'heartbeat' },
  },
  'closes-nothing': { misdeed: 'leaves its connection open', rule: { closeCode: 'none' } },
  'closes-without-code': { misdeed: 'closes with an empty Close', rule: { closeCode: undefined } },
  'closes-only-what-is-welcomed': {
    misdeed: 'leaves a connection open that has no welcome yet',
    rule: { closesBeforeWelcome: false },
  },
  'aborts-opening-connections': {
    misdeed: 'closes a WebSocket before it is open, so that no Close frame can say goodbye',
    rule: { awaitsOpening: false },
  },
  'leaves-its-renewal-open': {
    misdeed: 'closes its connection and leaves the one that was to replace it',
    rule: { closesRenewals: false },
  },
  'leaves-streams-open': {
    misdeed: 'goes on with an event stream that its page closed',
    rule: { closesStreams: false },
  },
  'comes-back-after-close': {
    misdeed: 'comes back although its page closed it while it waited',
    rule: { forgetsTimersAtClose: false },
  },
  'connects-after-close': {
    misdeed: 'connects although its page closed it while the callback was asked',
    rule: { forgetsQuestionsAtClose: false },
  },
  'tells-two-ends-after-close': {
    misdeed: 'tells the end twice when its page closes it',
    rule: { tellsClose: [...RULES.tellsClose, ...RULES.tellsClose] },
  },
  'tells-an-error-after-close': {
    misdeed: 'tells an error when its page closes it',
    rule: { tellsClose: [{ event: 'error', code: 1000 }, ...RULES.tellsClose] },
  },
  'knows-no-streams': {
    misdeed: 'never tries an event stream',
    rule: { webSocketsBeforeStream: Infinity },
  },
  'stream-without-token': {
    misdeed: 'asks for an event stream without its token',
    rule: { authorization: () => undefined },
  },
  'token-in-stream-url': {
    misdeed: 'puts the token into the URL of an event stream too',
    rule: {
      streamUrl: (url, token) => `${url}${url.includes('?') ? '&' : '?'}token=${token}`,
    },
  },
  'knows-lines-by-lf-alone': {
    misdeed: 'takes only LF for the end of a line of an event stream',
    rule: { streamText: (text) => text.replaceAll('\r', '') },
  },
  'takes-stream-ends-for-losses': {
    misdeed: 'does not read the close event of an event stream',
    rule: { streamEnd: () => 1006 },
  },
  'gives-nothing-of-streams': {
    misdeed: 'gives nothing that an event stream brings',
    rule: { readsStreams: false },
  },
}
