/** Faults of the goog.appengine script when a connection ends: what the page is told, how the script comes back, how a page closes. */
import type { Fault } from '../parts.ts'
import { spoiltFault } from './gae-spoiling.ts'

/** Takes a close by the page, that of a socket which lives, before the script does. */
const onClose = (lines: string): string => `fault.made = (socket, channel) => {
  const close = socket.close.bind(socket)
  socket.close = () => {
    if (socket.readyState < 2) { ${lines} }
    close()
  }
}`

/** Changes what `onerror` is called with. */
const onError = (expression: string): string =>
  `fault.made = (socket) => hook(socket, 'onerror', (error, call) => call(${expression}))`

/** Changes the code of an ending that the script did not bring about; of none, the script never hears. */
const onEnd = (expression: string): string => `fault.end = (event, link) => {
  const { code, reason } = event
  if (link.isLeft) return event
  const changed = ${expression}
  return changed && { code: changed, reason }
}`

/** Changes what `onreconnect` is called with. */
const onReturn = (expression: string): string =>
  `fault.made = (socket) => hook(socket, 'onreconnect', (event, call) => ${expression})`

/** Each breaks what the chapter on the goog.appengine script promises about endings. */
export const gaeEndingFaults: readonly Fault[] = [
  spoiltFault(
    'says-no-goodbye',
    'A page that closes leaves its connection open.',
    ['gae.close.page'],
    'fault.bye = (code, close, link) => setTimeout(() => link.tell.close?.({ code, reason: "" }), 5)',
  ),
  spoiltFault(
    'says-goodbye-with-another-code',
    'A page that closes ends its connection with 4999.',
    ['gae.close.page'],
    'fault.bye = (code, close) => close(4999)',
  ),
  spoiltFault(
    'forgets-onclose-of-page',
    'A page that closes is not told when it is over.',
    ['gae.close.page'],
    onClose('socket.onclose = null'),
  ),
  spoiltFault(
    'closes-with-onerror',
    'A page that closes is told of an error.',
    ['gae.close.page'],
    onClose("socket.onerror?.({ code: 1000, description: '' })"),
  ),
  spoiltFault(
    'tells-a-refusal-after-close',
    'A page that closes while a refusal is kept back is told of the refusal.',
    ['gae.close.page'],
    `let refused
    fault.end = (event, link) => {
      if (event.code === 4301) refused = link.token
      return event
    }
    fault.made = (socket) => {
      const close = socket.close.bind(socket)
      socket.close = () => {
        if (socket.readyState !== 2 || socket.token !== refused) close()
      }
    }`,
  ),
  spoiltFault(
    'comes-back-after-close',
    'The script connects again a second after the page closed.',
    ['gae.close.page'],
    onClose('setTimeout(() => new Channel(channel.token).open({}), 1000)'),
  ),
  spoiltFault(
    'aborts-opening-connections',
    'A page that closes before its WebSocket is open is gone without a Close frame.',
    ['gae.close.page'],
    onClose('for (const link of links) if (link.readyState === 0) link.close(1000)'),
  ),
  spoiltFault(
    'closes-the-others-too',
    'A page that closes one channel closes all.',
    ['gae.channels.several'],
    onClose('for (const other of sockets) if (other !== socket) setTimeout(() => other.close())'),
  ),
  spoiltFault(
    'closes-at-another-state',
    'At `onclose`, a socket says that it is closing.',
    ['gae.end.told', 'gae.close.page'],
    `fault.made = (socket) => hook(socket, 'onclose', (event, call) => {
      socket.readyState = 2
      call(event)
      socket.readyState = 3
    })`,
  ),
  spoiltFault(
    'calls-everything-401',
    'Each error is told with code 401.',
    ['gae.end.told'],
    onError('{ ...error, code: 401 }'),
  ),
  spoiltFault(
    'calls-expired-tokens-invalid',
    'An expired token is told as one that is invalid.',
    ['gae.end.told'],
    onError("error.code === 401 ? { code: 401, description: 'Invalid+token.' } : error"),
  ),
  spoiltFault(
    'calls-unknown-refusals-expired',
    'A token that is refused with an unknown code is told as expired.',
    ['gae.end.told'],
    onEnd('code > 4301 && code < 4400 ? 4300 : code'),
  ),
  spoiltFault(
    'leaves-reasons-out',
    'The description of an error with a close code is empty.',
    ['gae.end.told'],
    onError("error.code === 401 ? error : { ...error, description: '' }"),
  ),
  spoiltFault(
    'errs-at-goodbye',
    'The end of a connection with 1000 is told as an error.',
    ['gae.end.told'],
    onEnd('code === 1000 ? 1002 : code'),
  ),
  spoiltFault(
    'errs-without-onclose',
    'After 4008, `onerror` is called alone.',
    ['gae.end.told', 'gae.end.once'],
    `fault.made = (socket) => hook(socket, 'onerror', (error, call) => {
      if (error.code === 4008) socket.onclose = null
      call(error)
    })`,
  ),
  spoiltFault(
    'closes-twice',
    'After 4003, `onclose` is called twice.',
    ['gae.end.told', 'gae.end.once'],
    `fault.made = (socket) => hook(socket, 'onerror', (error, call) => {
      if (error.code === 4003) hook(socket, 'onclose', (event, close) => { close(event); close(event) })
      call(error)
    })`,
  ),
  spoiltFault(
    'comes-back-after-errors',
    'The script connects again two seconds after it told that a newer connection took over.',
    ['gae.end.once'],
    `fault.made = (socket, channel) => hook(socket, 'onerror', (error, call) => {
      if (error.code === 4009) setTimeout(() => new Channel(channel.token).open(socket), 2000)
      call(error)
    })`,
  ),
  spoiltFault(
    'stops-at-throwing-callbacks',
    'Where `onerror` of a page throws, `onclose` is not called.',
    ['gae.end.once'],
    `fault.made = (socket) => hook(socket, 'onerror', (error, call) => {
      const { onclose } = socket
      socket.onclose = null
      call(error)
      socket.onclose = onclose
    })`,
  ),
  spoiltFault(
    'waits-with-every-error',
    'Each error after the first is told a second late, whatever it is.',
    ['gae.end.told'],
    `let count = 0
    fault.end = (event, link) => {
      if (link.isLeft || event.code !== 4003) return event
      count += 1
      if (count === 1) return event
      setTimeout(() => link.tell.close?.(event), 1000)
    }`,
  ),
  spoiltFault(
    'is-silent-of-unknown-stops',
    'An unknown 40xx is treated as a loss.',
    ['gae.end.told'],
    onEnd('code > 4010 && code < 4100 ? 4101 : code'),
  ),
  spoiltFault(
    'tells-of-restarts',
    'A page is told of 1012, with which a service restarts.',
    ['gae.end.silent'],
    onEnd('code === 1012 ? 4000 : code'),
  ),
  spoiltFault(
    'errs-at-unlisted-codes',
    'A page is told of codes beyond 4399.',
    ['gae.end.silent'],
    onEnd('code >= 4400 ? 4000 : code'),
  ),
  spoiltFault(
    'tells-of-unopened-connections',
    'A page is told of a WebSocket that never opened.',
    ['gae.end.silent'],
    onEnd("code === 1006 && link.protocol === '' ? 4000 : code"),
  ),
  spoiltFault(
    'gives-up-when-over-capacity',
    'After 4100, the script never comes back.',
    ['gae.end.silent'],
    onEnd('code === 4100 ? undefined : code'),
  ),
  spoiltFault(
    'comes-back-at-once-when-over-capacity',
    'After 4100, the script comes back as after a drain.',
    ['gae.end.silent'],
    onEnd('code === 4100 ? 4200 : code'),
  ),
  spoiltFault(
    'notices-over-capacity-late',
    'After 4100, the script begins to back off 2.5 s late.',
    ['gae.end.silent'],
    `fault.end = (event, link) => {
      if (event.code !== 4100) return event
      setTimeout(() => link.tell.close?.(event), 2500)
    }`,
  ),
  spoiltFault(
    'is-slow-after-drains',
    'After 4200, the script backs off.',
    ['gae.end.silent'],
    onEnd('code === 4200 ? 4101 : code'),
  ),
  spoiltFault(
    'ignores-reconnect-envelopes',
    'The script does not wait as a `reconnect` envelope asks.',
    ['gae.end.silent'],
    `fault.take = (event) => event.data.includes('"reconnect"') ? undefined : event`,
  ),
  spoiltFault(
    'tells-of-no-return',
    'A page never hears that the script came back.',
    ['gae.end.missed'],
    onReturn('undefined'),
  ),
  spoiltFault(
    'calls-every-return-whole',
    'A page always hears that it missed nothing.',
    ['gae.end.missed'],
    onReturn('call({ resumed: true })'),
  ),
  spoiltFault(
    'calls-no-return-whole',
    'A page always hears that it missed something.',
    ['gae.end.missed'],
    onReturn('call({ resumed: false })'),
  ),
  spoiltFault(
    'asks-for-nothing-missed',
    'The script gives no place when it comes back.',
    ['gae.end.missed'],
    "fault.dial = (url, protocols) => [url.split('?')[0], protocols]",
  ),
  spoiltFault(
    'closes-the-newest',
    'After an error, `onclose` of the channel that was opened inside it is called.',
    ['gae.again.inside'],
    `let failing
    fault.made = (socket) => {
      if (failing) {
        failing.onclose = socket.onclose
        failing = undefined
      }
      hook(socket, 'onerror', (error, call) => {
        failing = socket
        call(error)
        failing = undefined
      })
    }`,
  ),
  spoiltFault(
    'opens-nothing-inside-onerror',
    'A channel that is opened inside `onerror` never connects.',
    ['gae.again.inside'],
    `let isFailing = false
    fault.open = (handler, open) =>
      isFailing ? Object.assign(new appengine.Socket(), handler, { readyState: 0 }) : open(handler)
    fault.made = (socket) => hook(socket, 'onerror', (error, call) => {
      isFailing = true
      call(error)
      isFailing = false
    })`,
  ),
]
