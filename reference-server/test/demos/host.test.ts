import { expect, test } from 'vitest'
import { CHAT_FAULTS } from '../../demos/push-chat/faults/index.ts'
import { FAULTS } from '../../src/faults/index.ts'
import { runProgram } from '../run-program.ts'

test('one process serves chats with different faults, and ends with its input', async () => {
  const host = runProgram('../demos/host.ts')
  const ask = async (command: object): Promise<Record<string, Record<string, string>>> => {
    host.process.stdin.write(`${JSON.stringify(command)}\n`)
    return JSON.parse(await host.next())
  }
  const sound = await ask({ id: 1, chat: { start: { test_timings: true } } })
  const broken = await ask({ id: 2, chat: { start: { faults: ['lets-login-be-cached'] } } })
  const login = async (url: string | undefined) => {
    const answer = await fetch(`${url}/login`)
    return {
      cached: answer.headers.get('cache-control'),
      user: (await answer.json()) as { client_id: string; token: string },
    }
  }
  const { cached, user } = await login(sound.ready?.application)
  expect(cached).toBe('no-store')
  expect((await login(broken.ready?.application)).cached).toContain('max-age')

  const url = sound.ready?.application
  const post = async () =>
    (
      await fetch(`${url}/post`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: user.client_id, value: 'x', token: user.token }),
      })
    ).status
  expect(await post()).toBe(200)
  expect(await ask({ id: 3, chat: { advance: { url, seconds: 120 } } })).toEqual({
    id: 3,
    advanced: {},
  })
  expect(await post()).toBe(403)

  expect(await ask({ id: 4, chat: { start: { faults: ['none-such'] } } })).toMatchObject({
    error: 'there is no fault none-such',
  })
  expect(await ask({ id: 5, chat: { stop: { url } } })).toEqual({ id: 5, stopped: {} })
  expect(await ask({ id: 6, chat: { advance: { url, seconds: 1 } } })).toMatchObject({
    error: expect.stringContaining('no chat'),
  })
  expect((await ask({ id: 7, chat: { list: {} } })).faults).toHaveLength(CHAT_FAULTS.length)
  host.process.stdin.end()
  expect((await host.ended).code).toBe(0)
})

test('it tells what faults change in a chat, and what a watched chat is asked for', async () => {
  const host = runProgram('../demos/host.ts')
  const ask = async (command: object) => {
    host.process.stdin.write(`${JSON.stringify(command)}\n`)
    return JSON.parse(await host.next())
  }
  const broken = await ask({ id: 1, chat: { start: { faults: ['lets-login-be-cached'] } } })
  expect(broken.ready.changed).toEqual(['rules.makeLoginAnswer'])
  const { ready } = await ask({ id: 2, chat: { start: { watch: 'a sign-in' } } })
  expect(ready.changed).toEqual([])
  await (await fetch(`${ready.application}/login`)).text()
  const { asked } = await ask({ id: 3, chat: { watched: { name: 'a sign-in' } } })
  expect(asked).toContain('rules.makeLoginAnswer')
  expect(asked).not.toContain('rules.readPost')
  expect(await ask({ id: 4, chat: { watched: { name: 'a sign-in' } } })).toEqual({
    id: 4,
    asked: [],
  })
  host.process.stdin.end()
  expect((await host.ended).code).toBe(0)
})

test('no fault of the chat has the name of another, of the server included', () => {
  const names = [...CHAT_FAULTS, ...FAULTS].map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})
