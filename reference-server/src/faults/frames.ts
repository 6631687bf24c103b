/** Faults of how bad frames are met, and of what follows a Close frame. */
import type { CloseSlug } from '@channel-protocol/schemas/registry'
import type { Fault } from '../parts.ts'

const UNREADABLE = { malformed: 1002, notUtf8: 1007, tooManyFragments: 1008, tooLarge: 1009 }

/** Each breaks what the chapter on connections promises about frames and Close frames. */
export const frameFaults: readonly Fault[] = [
  {
    name: 'keeps-closed-connections',
    misdeed: 'After its Close frame the service reads on 5 seconds longer than advertised.',
    breaks: ['connection.close.ended'],
    apply: ({ rules }) => {
      const decide = rules.decideLingerMs
      rules.decideLingerMs = (seconds, after) =>
        decide(seconds, after) + (after === 'close' ? 5000 : 0)
    },
  },
  {
    name: 'resets-after-close',
    misdeed: 'The service ends the TCP connection at once after its Close frame.',
    breaks: ['connection.close.lingering'],
    apply: ({ wraps }) => {
      wraps.writer = (writer) => {
        const close = (slug: CloseSlug): void => {
          writer.close(slug)
          writer.destroy()
        }
        return { ...writer, close }
      }
    },
  },
  {
    name: 'reads-longer-frames',
    misdeed: 'A message of a client is read up to 8192 bytes.',
    breaks: ['connection.frame.size'],
    apply: ({ limits }) => {
      limits.client_frame_bytes = 8192
    },
  },
  {
    name: 'calls-long-frames-malformed',
    misdeed: 'A message of a client that is too long is closed as malformed.',
    breaks: ['connection.frame.size'],
    apply: ({ rules }) => {
      const decide = rules.decideBadFrame
      rules.decideBadFrame = (code) =>
        code === UNREADABLE.tooLarge || code === UNREADABLE.tooManyFragments
          ? 'protocol-error'
          : decide(code)
    },
  },
  {
    name: 'calls-broken-frames-a-violation',
    misdeed: 'A frame that breaks RFC 6455 is closed as if it were well formed.',
    breaks: ['connection.frame.malformed'],
    apply: ({ rules }) => {
      const decide = rules.decideBadFrame
      rules.decideBadFrame = (code) =>
        code === UNREADABLE.malformed ? 'protocol-violation' : decide(code)
    },
  },
  {
    name: 'calls-bad-utf8-malformed',
    misdeed: 'Text that is not UTF-8 is closed as a malformed frame.',
    breaks: ['connection.frame.utf8'],
    apply: ({ rules }) => {
      const decide = rules.decideBadFrame
      rules.decideBadFrame = (code) =>
        code === UNREADABLE.notUtf8 ? 'protocol-error' : decide(code)
    },
  },
]
