import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

const mostBytes = 5 * 1024
const read = (name: string): string =>
  readFileSync(new URL(`../../client/built/${name}`, import.meta.url), 'utf8')

describe('the bundles', () => {
  it.each(['channel.js', 'channel.classic.js', 'goog-appengine.js'])(
    '%s has at most 5 kB compressed',
    (name) => {
      expect(gzipSync(read(name), { level: 9 }).length).toBeLessThanOrEqual(mostBytes)
    },
  )

  it('give a module that exports the channel', async () => {
    const url = new URL('../../client/built/channel.js', import.meta.url)
    const module = (await import(url.href)) as object
    expect(Object.keys(module)).toEqual(['Channel'])
  })

  it('give a classic script that defines ChannelProtocol', () => {
    const context = createContext({ EventTarget })
    runInContext(read('channel.classic.js'), context)
    expect(runInContext('typeof ChannelProtocol.Channel', context)).toBe('function')
  })

  it('give a goog.appengine that leaves everything else as it is', () => {
    const context = createContext({ goog: { mine: 1, appengine: { other: 2 } }, Channel: 3 })
    runInContext(read('goog-appengine.js'), context)
    const names = runInContext('JSON.stringify([Object.keys(globalThis), goog])', context)
    expect(JSON.parse(names)).toEqual([['goog', 'Channel'], { mine: 1, appengine: { other: 2 } }])
    expect(runInContext('typeof goog.appengine.Channel', context)).toBe('function')
    expect(runInContext('goog.appengine.Socket.ReadyState.CLOSED', context)).toBe(3)
  })

  it('have one place for the address of the service', () => {
    expect(read('goog-appengine.js').split('__CONNECT_URL__')).toHaveLength(2)
  })
})
