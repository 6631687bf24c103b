/** Faults of texts to sockets that only odd texts, odd entries or odd moments bring to light. */
import type { Fault } from '../parts.ts'
import type { ConnectionWriter } from '../ports.ts'

const FEW_FRAGMENTS = 16

/** Each breaks what the chapter on sockets promises about texts. */
export const socketTextFaults: readonly Fault[] = [
  {
    name: 'broadcasts-to-channels-too',
    misdeed: 'A broadcast to sockets is sent on channels as well.',
    breaks: ['socket.broadcast.isolated'],
    apply: ({ rules, wraps }) => {
      const channels = new Set<ConnectionWriter>()
      wraps.writer = (writer) => {
        channels.add(writer)
        return writer
      }
      let text = ''
      const decide = rules.decideSocketBodySize
      rules.decideSocketBodySize = (body, maxBytes) => {
        text = body
        return decide(body, maxBytes)
      }
      const make = rules.makeSocketBroadcastAnswer
      rules.makeSocketBroadcastAnswer = (sockets) => {
        const envelope = JSON.stringify({ type: 'socket', body: text })
        for (const channel of channels) channel.write(envelope)
        return make(sockets)
      }
    },
  },
  {
    name: 'cuts-lone-surrogates-out-of-bodies',
    misdeed: 'A lone surrogate is cut out of a body.',
    breaks: ['socket.body.surrogate'],
    apply: ({ rules }) => {
      const read = rules.readSocketBody
      rules.readSocketBody = (value) =>
        read(typeof value === 'string' ? value.replace(/\p{Surrogate}/gu, '') : value)
    },
  },
  {
    name: 'forgets-held-empty-texts',
    misdeed: 'An empty text is not held.',
    breaks: ['socket.held.delivered'],
    apply: ({ rules }) => {
      const select = rules.selectHeld
      rules.selectHeld = (held, outcome) => select(held, outcome).filter((text) => text !== '')
    },
  },
  {
    name: 'holds-each-text-once',
    misdeed: 'A text that is sent twice while the handshake waits is held once.',
    breaks: ['socket.held.delivered'],
    apply: ({ rules }) => {
      const select = rules.selectHeld
      rules.selectHeld = (held, outcome) => [...new Set(select(held, outcome))]
    },
  },
  {
    name: 'says-delivered-of-words-of-its-language',
    misdeed: 'Ids are looked up in an object, where constructor is found.',
    breaks: ['socket.send.results'],
    apply: ({ rules }) => {
      const make = rules.makeSocketSendAnswer
      rules.makeSocketSendAnswer = (results) =>
        make(
          results.map((result) => ({
            ...result,
            delivered: result.delivered || result.socket in {},
          })),
        )
    },
  },
  {
    name: 'splits-ids-at-commas',
    misdeed: 'A string with commas is taken for several ids.',
    breaks: ['socket.send.isolated', 'socket.send.results'],
    apply: ({ rules }) => {
      const read = rules.readSocketList
      rules.readSocketList = (value, most) =>
        read(typeof value === 'string' ? value.split(',') : value, most)
    },
  },
  {
    name: 'counts-sockets-that-end',
    misdeed: 'A broadcast counts sockets whose closed is not answered.',
    breaks: ['socket.broadcast.all'],
    apply: ({ rules, wraps }) => {
      let ending = 0
      const make = rules.makeSocketBroadcastAnswer
      rules.makeSocketBroadcastAnswer = (sockets) => make(sockets + ending)
      wraps.socketSink = (sink) => ({
        ...sink,
        closed: (socket, end, onEnd) => {
          ending += 1
          sink.closed(socket, end, () => {
            ending -= 1
            onEnd()
          })
        },
      })
    },
  },
  {
    name: 'joins-few-fragments',
    misdeed: 'A text in more than 16 fragments closes its socket.',
    breaks: ['socket.message.sent'],
    apply: ({ rules }) => {
      rules.decideMaxFragments = () => FEW_FRAGMENTS
    },
  },
]
