/** Faults of the goog.appengine script as it is served: its headers, its names, and where it connects. */
import type { Fault } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import { changedFault, spoiltFault } from './gae-spoiling.ts'

/** A fault in the headers of the script. */
function headerFault(
  name: string,
  misdeed: string,
  requirement: string,
  headers: Record<string, string>,
): Fault {
  return {
    name,
    misdeed,
    breaks: [requirement],
    apply: ({ rules }) => {
      const make = rules.makeGaeHeaders
      rules.makeGaeHeaders = (tag) => ({ ...make(tag), ...headers })
    },
  }
}

/** Each breaks what the chapter on the goog.appengine script promises about serving it. */
export const gaeFaults: readonly Fault[] = [
  {
    name: 'asks-a-key-for-the-script',
    misdeed: 'The script is given to nobody without an application key.',
    breaks: ['gae.script.served'],
    apply: ({ rules }) => {
      const decide = rules.decideRoute
      rules.decideRoute = (path) => {
        const route = decide(path)
        const isOurs = !(route instanceof Refusal) && route.name === 'gae'
        return isOurs ? { ...route, keyed: true } : route
      }
    },
  },
  headerFault(
    'calls-the-script-plain-text',
    'The script is served as plain text.',
    'gae.script.served',
    { 'content-type': 'text/plain; charset=utf-8' },
  ),
  changedFault(
    'serves-a-module',
    'The script is a module.',
    ['gae.script.served'],
    (script) => `${script}\nexport {}`,
  ),
  changedFault(
    'names-no-socket',
    'The script does not define `goog.appengine.Socket`.',
    ['gae.script.served', 'gae.state.names'],
    (script) => `${script}\ndelete goog.appengine.Socket`,
  ),
  headerFault(
    'lets-caches-keep-the-script',
    'The script may be kept for an hour.',
    'gae.script.fresh',
    { 'cache-control': 'public, max-age=3600' },
  ),
  changedFault(
    'replaces-goog',
    'The script replaces what the page has as `goog`.',
    ['gae.script.beside'],
    (script) => `globalThis.goog = {};${script}`,
  ),
  changedFault(
    'replaces-appengine',
    'The script replaces what the page has as `goog.appengine`.',
    ['gae.script.beside'],
    (script) => `if (globalThis.goog) goog.appengine = {};${script}`,
  ),
  changedFault(
    'adds-a-global',
    'The script defines a global name of its own beside `goog`.',
    ['gae.script.beside'],
    (script) => `var channelScript = 1;${script}`,
  ),
  changedFault(
    'replaces-a-global',
    'The script puts a function of its own in the place of `setTimeout`.',
    ['gae.script.beside'],
    (script) =>
      `globalThis.setTimeout = ((set) => (...given) => set(...given))(setTimeout);${script}`,
  ),
  changedFault(
    'forgets-names-of-states',
    'The script does not define `goog.appengine.Socket.ReadyState`.',
    ['gae.state.names'],
    (script) => `${script}\ndelete goog.appengine.Socket.ReadyState`,
  ),
  changedFault(
    'misnumbers-states',
    'The named states begin at 1.',
    ['gae.state.names'],
    (script) =>
      `${script}\ngoog.appengine.Socket.ReadyState = { CONNECTING: 1, OPEN: 2, CLOSING: 3, CLOSED: 4 }`,
  ),
  spoiltFault(
    'connects-elsewhere',
    'The script connects to another path.',
    ['gae.script.connect'],
    "fault.dial = (url, protocols) => [url.replace('/connect', '/channel'), protocols]",
  ),
  spoiltFault(
    'connects-where-the-page-is',
    'The script connects to the host of the page.',
    ['gae.script.connect'],
    'fault.dial = (url, protocols) => [url.replace(/\\/\\/[^/]+/, "//" + location.host), protocols]',
  ),
  spoiltFault(
    'forgets-path-of-base-in-script',
    'The script connects to the root of the public host.',
    ['gae.script.connect'],
    "fault.dial = (url, protocols) => [url.replace('/some/base', ''), protocols]",
  ),
  spoiltFault(
    'connects-with-token-in-url',
    'The script gives the token in the query too.',
    ['gae.script.connect'],
    `fault.dial = (url, protocols) => [
      url + (url.includes('?') ? '&' : '?') + 'token=' + protocols[1].slice('channel-token.'.length),
      protocols,
    ]`,
  ),
  spoiltFault(
    'fetches-with-token-in-url',
    'Where no WebSocket opens, the script gives the token in the query of the event stream.',
    ['gae.script.connect'],
    `const get = fetch
    fault.open = (handler, open, { token }) => {
      globalThis.fetch = (url, options) => get(url + '?token=' + token, options)
      return open(handler)
    }`,
  ),
  spoiltFault(
    'connects-without-its-protocol',
    'The script offers the token alone.',
    ['gae.script.connect'],
    'fault.dial = (url, protocols) => [url, protocols.slice(1)]',
  ),
  spoiltFault(
    'offers-another-protocol-too',
    'The script offers a further subprotocol.',
    ['gae.script.connect'],
    "fault.dial = (url, protocols) => [url, [...protocols, 'chat']]",
  ),
]
