/** How faults spoil the goog.appengine script: it alone knows what is put around it, and what a fault's own lines may use. */
import type { Fault } from '../parts.ts'

/**
 * Around the script: the lines of a fault set members of `fault`, each of which sees one thing on its way.
 * `dial` the URL and subprotocols of a WebSocket, `take` what arrives on one, `end` its end (null keeps it back),
 * `bye` a close by the script, `open` a call of the page, `made` each socket that it got.
 */
const BEFORE = `(() => {
const fault = {}
const sockets = []
const links = []
class Spoilt extends WebSocket {
  constructor(url, protocols) {
    super(...(fault.dial?.(url, protocols) ?? [url, protocols]))
    this.token = String(protocols[1]).slice('channel-token.'.length)
    links.push(this)
    this.tell = {}
    for (const [type, name] of [['message', 'take'], ['close', 'end']]) {
      Object.defineProperty(this, 'on' + type, { get: () => null, set: (set) => { this.tell[type] = set } })
      this.addEventListener(type, (event) => {
        const changed = fault[name] ? fault[name](event, this) : event
        if (changed) this.tell[type]?.(changed)
      })
    }
  }
  close(code) {
    this.isLeft = true
    const close = (other) => super.close(other)
    if (fault.bye) fault.bye(code, close, this)
    else close(code)
  }
}
((WebSocket) => {
`

const BEHIND = `
})(Spoilt)
const { appengine } = goog
const { Channel } = appengine
appengine.Channel = class extends Channel {
  constructor(token) {
    super(token)
    this.token = token
  }
  open(handler) {
    const open = (other) => super.open(other)
    const socket = fault.open ? fault.open(handler, open, this) : open(handler)
    sockets.push(Object.assign(socket, { token: this.token }))
    fault.made?.(socket, this)
    return socket
  }
}
/** Has a callback, that of now and any later one, called by another function. */
const hook = (socket, name, call) => {
  let callback = socket[name]
  Object.defineProperty(socket, name, {
    configurable: true,
    get: () => callback && ((event) => call(event, callback)),
    set: (set) => { callback = set },
  })
}
`

/** The script with the lines of a fault around it. */
export function spoilScript(script: string, lines: string): string {
  return `${BEFORE}${script}${BEHIND}${lines}\n})()`
}

/** A fault whose lines spoil the script. */
export function spoiltFault(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  lines: string,
): Fault {
  return changedFault(name, misdeed, breaks, (script) => spoilScript(script, lines))
}

/** A fault that changes the text of the script, or the address in it. */
export function changedFault(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  change: (script: string) => string,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      const make = rules.makeGaeScript
      rules.makeGaeScript = (built, connectUrl) => change(make(built, connectUrl))
    },
  }
}
