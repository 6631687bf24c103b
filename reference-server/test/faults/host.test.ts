import { expect, test } from 'vitest'
import { startOf } from '../exec-start.ts'
import { runProgram } from '../run-program.ts'

test('one process serves servers with different faults, and ends with its input', async () => {
  const host = runProgram('faults/host.ts')
  const ask = async (command: object): Promise<Record<string, Record<string, string>>> => {
    host.process.stdin.write(`${JSON.stringify(command)}\n`)
    return JSON.parse(await host.next())
  }
  const sound = await ask({ id: 1, start: startOf() })
  expect(sound).toMatchObject({ id: 1, ready: { name: 'channel-reference-server' } })
  const broken = await ask({
    id: 2,
    start: startOf({ faults: ['refuses-with-200'], profiles: ['core'] }),
  })
  const statusOf = async (url: string | undefined): Promise<number> =>
    (await fetch(`${url}/v1/nothing`)).status
  expect(await statusOf(sound.ready?.url)).toBe(404)
  expect(await statusOf(broken.ready?.url)).toBe(200)

  expect(await ask({ id: 3, start: startOf({ faults: ['none-such'] }) })).toMatchObject({
    id: 3,
    error: expect.stringContaining('there is no fault none-such'),
  })
  expect(await ask({ id: 4, stop: { url: sound.ready?.url } })).toEqual({ id: 4, stopped: {} })
  expect(await ask({ id: 5, drain: { url: broken.ready?.url } })).toEqual({ id: 5, drained: {} })
  expect(await ask({ id: 6, stop: { url: sound.ready?.url } })).toMatchObject({ id: 6 })
  host.process.stdin.end()
  expect((await host.ended).code).toBe(0)
})
