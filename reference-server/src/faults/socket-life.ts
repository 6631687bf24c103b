/** Faults of the life of a socket: of Pings and silence, slow pages, and drain. */
import type { Fault } from '../parts.ts'
import { pingsOnce } from './writes.ts'

const RECONNECT = '{"type":"reconnect","after_seconds":0.1}'

/** Each breaks what the chapter on sockets promises about an open socket. */
export const socketLifeFaults: readonly Fault[] = [
  {
    name: 'never-pings-sockets',
    misdeed: 'No Ping is sent on a socket.',
    breaks: ['socket.heartbeat.ping'],
    apply: ({ rules }) => {
      rules.decideSocketPing = () => false
    },
  },
  {
    name: 'pings-sockets-once',
    misdeed: 'A socket gets one Ping and then no other.',
    breaks: ['socket.heartbeat.ping'],
    apply: ({ wraps }) => {
      wraps.socketWriter = pingsOnce
    },
  },
  {
    name: 'forgives-silence-of-sockets',
    misdeed: 'A socket whose Pings stay unanswered is kept.',
    breaks: ['socket.heartbeat.timeout'],
    apply: ({ rules }) => {
      rules.decideSocketSilence = () => undefined
    },
  },
  {
    name: 'gives-silence-of-sockets-another-code',
    misdeed: 'A socket whose Pings stay unanswered is closed as a slow reader.',
    breaks: ['socket.heartbeat.timeout'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketSilence
      rules.decideSocketSilence = (...vitals) => decide(...vitals) && 'slow-consumer'
    },
  },
  {
    name: 'ends-quiet-sockets',
    misdeed:
      'A socket on which nothing is sent is closed after five Pings, although they are answered.',
    breaks: ['socket.heartbeat.timeout'],
    apply: ({ wraps }) => {
      wraps.socketWriter = (writer, _path, pulse) => {
        const { ping } = pulse
        let pings = 0
        pulse.ping = (onSent) => {
          pings += 1
          if (pings < 5) ping(onSent)
          else writer.close('heartbeat-timeout')
        }
        return writer
      }
    },
  },
  {
    name: 'counts-own-pauses-as-silence',
    misdeed: 'A page is not heard while the application is slow, and its socket closed for that.',
    breaks: ['socket.heartbeat.timeout'],
    apply: ({ wraps }) => {
      wraps.socketWriter = (writer, _path, pulse) => {
        pulse.isReading = () => true
        return writer
      }
    },
  },
  {
    name: 'keeps-slow-sockets',
    misdeed: 'What a page does not read is queued without bound and for ever.',
    breaks: ['socket.slow.ended'],
    apply: ({ rules }) => {
      rules.decideSocketBacklog = () => undefined
    },
  },
  {
    name: 'drains-sockets-too-slowly',
    misdeed: 'A draining service closes its sockets four seconds later than advertised.',
    breaks: ['socket.drain.close'],
    apply: ({ rules }) => {
      const decide = rules.decideSocketDrainDelayMs
      rules.decideSocketDrainDelayMs = (...spread) => decide(...spread) + 4000
    },
  },
  {
    name: 'drains-sockets-with-another-code',
    misdeed: 'A draining service closes its sockets as if their state were lost.',
    breaks: ['socket.drain.close'],
    apply: ({ wraps }) => {
      wraps.socketWriter = (writer) => ({
        ...writer,
        close: (slug) => writer.close(slug === 'draining' ? 'state-lost' : slug),
      })
    },
  },
  {
    name: 'drains-sockets-without-telling',
    misdeed: 'The application is not told that sockets were closed by a drain.',
    breaks: ['socket.drain.close'],
    apply: ({ wraps }) => {
      wraps.socketSink = (sink) => ({
        ...sink,
        closed: (socket, end, onEnd) =>
          end.reason === 'draining' ? queueMicrotask(onEnd) : sink.closed(socket, end, onEnd),
      })
    },
  },
  {
    name: 'lets-sockets-in-while-draining',
    misdeed: 'A socket that is opened while the service drains is kept.',
    breaks: ['socket.drain.close'],
    apply: ({ rules }) => {
      rules.decideSocketLatecomer = () => undefined
    },
  },
  {
    name: 'announces-drain-on-sockets',
    misdeed: 'A reconnect envelope is sent on a socket before a drain closes it.',
    breaks: ['socket.envelope.none'],
    apply: ({ wraps }) => {
      wraps.socketWriter = (writer) => ({
        ...writer,
        close: (slug) => {
          if (slug === 'draining') writer.write(RECONNECT)
          writer.close(slug)
        },
      })
    },
  },
]
