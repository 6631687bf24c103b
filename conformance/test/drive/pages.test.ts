import { expect, test } from 'vitest'
import { playPage } from '../../src/drive/page/player.ts'
import {
  accept,
  connected,
  end,
  frame,
  load,
  type PageStep,
  run,
  wait,
} from '../../src/drive/page/step.ts'

const FACTS = { href: 'http://127.0.0.1:1/', tokens: { A: 'token-a' }, startMs: 0 }
const PROTOCOLS = "['channel-protocol.v1', 'channel-token.token-a']"

/** Everything that a page saw, as texts. */
async function play(steps: readonly PageStep[], script = ''): Promise<string[]> {
  const played = await playPage({ facts: FACTS, script, steps })
  if ('failure' in played) return [`failure: ${played.failure}`]
  return played.events.map(({ what, seconds, name, value, message, ...members }) => {
    const { on, by, code } = members
    const text = name ? `${name}=${JSON.stringify(value)}` : (message ?? on ?? by ?? '')
    return `${seconds} ${what} ${text}${code === undefined ? '' : ` ${code}`}`
  })
}

/** A page that notes what its WebSocket tells it. */
const LISTEN = run(`{
  const socket = new WebSocket('ws://a/v1/connect', ${PROTOCOLS})
  for (const type of ['open', 'message', 'error', 'close'])
    socket['on' + type] = ({ data, code }) => page.say(type, data ?? code ?? socket.readyState)
  page.sockets.a = socket
}`)

test('the clock of a page runs when a step says so, timers in order and promises with them', async () => {
  const code = `
    setTimeout(() => page.say('late', Date.now()), 2000)
    setTimeout(() => { page.say('early', performance.now()); Promise.resolve().then(() => page.say('promise', 1)) }, 1000)`
  expect(await play([run(code), wait(3)])).toEqual([
    '1 said early=1000',
    '1 said promise=1',
    '2 said late=2000',
  ])
})

test('a WebSocket is let in, given frames and ended by steps', async () => {
  const steps = [LISTEN, accept('A'), frame('A', 'hello'), end('A', 4009, 'replaced')]
  expect(await play(steps)).toEqual([
    '0 attempt A',
    '0 accepted A',
    '0 said open=1',
    '0 given A',
    '0 said message="hello"',
    '0 ended A 4009',
    '0 said close=4009',
  ])
})

test('a page that leaves is told of the end a moment later, and given nothing more', async () => {
  const leave = run('page.sockets.a.close(1000)')
  const seen = await play([LISTEN, accept('A'), leave, frame('A', 'late'), wait(1)])
  expect(seen).toEqual([
    '0 attempt A',
    '0 accepted A',
    '0 said open=1',
    '0 goodbye A 1000',
    '0 given A',
    '0.005 said close=1000',
  ])
  expect(await play([LISTEN, leave, wait(1)])).toEqual([
    '0 attempt A',
    '0 abandon A 1000',
    '0.005 said error=3',
    '0.005 said close=1006',
  ])
})

test('a step that waits for a connection lets the clock run, and says where none comes', async () => {
  const later = run(`setTimeout(() => new WebSocket('ws://a/', ${PROTOCOLS}), 5000)`)
  expect(await play([later, ...connected('A')])).toEqual([
    '5 attempt A',
    '5 accepted A',
    '5 given A',
  ])
  expect(await play([accept('A'), frame('A', 'lost')])).toEqual(['90 missing A', '90 missing A'])
})

test('subprotocols are judged as browsers judge them', async () => {
  for (const protocols of ["['a b']", "['']", "['a', 'a']", "'a,b'"]) {
    const seen = await play([run(`new WebSocket('ws://a/', ${protocols})`)])
    expect(seen).toEqual([expect.stringContaining('threw a subprotocol is malformed')])
  }
})

test('every other way out is noted and fails', async () => {
  const code = `
    fetch('http://a/1', { headers: { authorization: 'Bearer token-a' } }).catch(() => page.say('fetch', 0))
    new EventSource('http://a/2').onerror = () => page.say('source', 0)
    const asked = new XMLHttpRequest()
    asked.open('GET', 'http://a/3')
    asked.onerror = () => page.say('asked', 0)
    asked.send()`
  const seen = await play([run(code), wait(1)])
  expect(seen.filter((one) => one.includes('attempt'))).toHaveLength(3)
  expect(seen.filter((one) => one.includes('said')).sort()).toEqual([
    '0.001 said asked=0',
    '0.001 said fetch=0',
    '0.001 said source=0',
  ])
})

test('a script finds no process, module or network, in its own realm or beside it', async () => {
  const names = ['process', 'require', 'module', 'Buffer', 'global', '__dirname']
  const look = `page.say('names', ${JSON.stringify(names)}.filter((name) => name in globalThis))`
  const outside = `page.say('outside', URL.constructor('return [typeof process, typeof fetch, typeof WebSocket]')())`
  const modules = `import('node:fs').then(() => page.say('modules', 1), () => page.say('modules', 0))`
  expect(await play([run(look), run(outside), run(modules), wait(1)])).toEqual([
    '0 said names=[]',
    '0 said outside=["undefined","undefined","undefined"]',
    '0 said modules=0',
  ])
})

test('a script that never ends is ended, and the next page is played all the same', async () => {
  const [endless] = await play([load, run("page.say('on', 1)")], 'for (;;);')
  expect(endless).toContain('timed out')
  expect(await play([run("page.say('on', 1)")])).toEqual(['0 said on=1'])
})
