/** Faults of the goog.appengine script while its sockets live: what `open` returns, which callbacks come, how a page closes. */
import type { Fault } from '../parts.ts'
import { spoiltFault } from './gae-spoiling.ts'

const NAMES = "['onopen', 'onmessage', 'onerror', 'onclose']"
const IS_MALFORMED = '/[^!-+.-~-]|[()<>@;:"[\\]?={}/\\\\]/.test(channel.token)'

/** Each breaks what the chapter on the goog.appengine script promises about sockets that live. */
export const gaeSocketFaults: readonly Fault[] = [
  spoiltFault(
    'opens-with-another-state',
    'A socket that `open` returns says that it is open.',
    ['gae.open.returns'],
    'fault.made = (socket) => { socket.readyState = 1 }',
  ),
  spoiltFault(
    'calls-back-before-open-returns',
    'A malformed token is told before `open` returns.',
    ['gae.open.returns', 'gae.token.malformed'],
    `fault.open = (handler, open, channel) => {
      if (!${IS_MALFORMED}) return open(handler)
      handler?.onerror?.({ code: 401, description: 'Invalid+token.' })
      handler?.onclose?.({})
      return Object.assign(new appengine.Socket(), { readyState: 0 })
    }`,
  ),
  spoiltFault(
    'throws-at-malformed-tokens',
    'With a malformed token, `open` throws.',
    ['gae.open.returns', 'gae.token.malformed'],
    `fault.open = (handler, open, channel) => {
      if (${IS_MALFORMED}) throw new SyntaxError('a malformed token')
      return open(handler)
    }`,
  ),
  spoiltFault(
    'is-silent-of-malformed-tokens',
    'With a malformed token, no callback ever comes.',
    ['gae.token.malformed'],
    `fault.open = (handler, open, channel) =>
      ${IS_MALFORMED} ? Object.assign(new appengine.Socket(), { readyState: 0 }) : open(handler)`,
  ),
  spoiltFault(
    'asks-the-handler-each-time',
    'The functions of the handler are looked up when they are called.',
    ['gae.open.handler'],
    `fault.open = (handler, open) => open(handler && Object.fromEntries(
      ${NAMES}.map((name) => [name, (event) => handler[name]?.(event)])))`,
  ),
  spoiltFault(
    'ignores-later-callbacks',
    'Callbacks that the page sets after `open` are never called.',
    ['gae.open.handler', 'gae.open.partial'],
    `fault.made = (socket) => ${NAMES}.forEach((name) => {
      const callback = socket[name]
      Object.defineProperty(socket, name, { get: () => callback, set: () => {} })
    })`,
  ),
  spoiltFault(
    'fails-without-callbacks',
    'A callback that is missing is called all the same.',
    ['gae.open.partial'],
    `fault.made = (socket) => ${NAMES}.forEach((name) => {
      socket[name] ??= () => { throw new TypeError(name + ' is not a function') }
    })`,
  ),
  spoiltFault(
    'fails-without-a-handler',
    'Without a handler, `open` throws.',
    ['gae.open.partial'],
    'fault.open = (handler, open) => open(handler.onopen === 0 ? {} : handler)',
  ),
  spoiltFault(
    'copies-own-callbacks-alone',
    'Callbacks that the handler has from its class are never called.',
    ['gae.open.handler'],
    'fault.open = (handler, open) => open(handler && { ...handler })',
  ),
  spoiltFault(
    'opens-before-the-welcome',
    'A page whose welcome is late is told that it is connected.',
    ['gae.open.welcome'],
    `fault.made = (socket) => setTimeout(() => {
      if (socket.readyState !== 0 || links.at(-1)?.readyState !== 1) return
      socket.readyState = 1
      socket.onopen?.({})
    }, 500)`,
  ),
  spoiltFault(
    'opens-at-each-welcome',
    'A page is told that it is connected also when the script came back after a drain.',
    ['gae.open.welcome', 'gae.end.silent'],
    `let isDrained = false
    fault.end = (event) => {
      isDrained = event.code === 4200
      return event
    }
    fault.made = (socket) => { socket.onreconnect = () => { if (isDrained) socket.onopen?.({}) } }`,
  ),
  spoiltFault(
    'reads-data-as-json',
    'Data that is JSON is parsed.',
    ['gae.message.data'],
    `const parse = (text) => { try { return JSON.parse(text) } catch { return text } }
    fault.made = (socket) => hook(socket, 'onmessage', ({ data }, call) => call({ data: parse(data) }))`,
  ),
  spoiltFault(
    'trims-given-data',
    'Data loses the blanks around it.',
    ['gae.message.data'],
    "fault.made = (socket) => hook(socket, 'onmessage', ({ data }, call) => call({ data: data.trim() }))",
  ),
  spoiltFault(
    'hands-long-data-over-bare',
    'Long data comes as a text, not as the member of an object.',
    ['gae.message.data'],
    `fault.made = (socket) => hook(socket, 'onmessage', (event, call) =>
      call(event.data.length > 1000 ? event.data : event))`,
  ),
  spoiltFault(
    'keeps-broadcasts-back',
    'A page is not given broadcasts.',
    ['gae.message.data'],
    `fault.take = (event) => event.data.includes('"type":"broadcast"') ? undefined : event`,
  ),
  spoiltFault(
    'gives-messages-twice',
    'A message that came a second time is given a second time.',
    ['gae.message.data'],
    `const seen = new Set()
    fault.take = (event, { token }) => {
      const id = token + /"id":"([^"]+)"/.exec(event.data)?.[1]
      if (seen.has(id)) sockets.find((one) => one.token === token)?.onmessage({ data: 'again' })
      if (event.data.includes('"type":"message"')) seen.add(id)
      return event
    }`,
  ),
  spoiltFault(
    'gives-broadcasts-twice',
    'A broadcast that came a second time is given a second time.',
    ['gae.message.data'],
    `const seen = new Set()
    fault.take = (event, { token }) => {
      const id = token + /"id":"([^"]+)"/.exec(event.data)?.[1]
      if (seen.has(id)) sockets.find((one) => one.token === token)?.onmessage({ data: 'again' })
      if (event.data.includes('"type":"broadcast"')) seen.add(id)
      return event
    }`,
  ),
  spoiltFault(
    'keeps-messages-of-new-epochs-back',
    'A message is not given if one with its seq was given, whatever its epoch.',
    ['gae.message.data'],
    `const seen = new Set()
    fault.take = (event, { token }) => {
      const seq = event.data.startsWith('{"type":"message"') && token + JSON.parse(event.data).seq
      const isSeen = seen.has(seq)
      if (seq) seen.add(seq)
      return isSeen ? undefined : event
    }`,
  ),
  spoiltFault(
    'gives-noise',
    'The data of an envelope of an unknown type is given as a message.',
    ['gae.message.data'],
    `fault.take = (event, { token }) => {
      const { type, data } = event.data.startsWith('{"type') ? JSON.parse(event.data) : {}
      const isKnown = type === 'message' || type === 'broadcast'
      if (!isKnown && data) sockets.find((one) => one.token === token)?.onmessage({ data })
      return event
    }`,
  ),
  spoiltFault(
    'gives-messages-to-the-newest-channel',
    'The callback for messages of a page is that of the channel that it opened last.',
    ['gae.channels.several'],
    `fault.made = (socket) => sockets.forEach((older) => {
      if (older.readyState === 1) older.onmessage = socket.onmessage
    })`,
  ),
]
