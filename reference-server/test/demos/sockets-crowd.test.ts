import { ServiceUnreachableError } from '@channel-protocol/reference-server/application'
import { expect, test } from 'vitest'
import { makeSocketsSample } from '../../demos/sockets/sample.ts'

const raw = { headers: {}, body: '' }

/** The sample on a service that notes what it is asked; sockets in `gone` are sent nothing. */
function start(gone: string[] = []) {
  const sent: [readonly string[], string][] = []
  const complaints: string[] = []
  let isAway = false
  const sample = makeSocketsSample({
    application: {
      async createWebSocketUrl(path) {
        return `ws://x/${path}`
      },
      async sendSocketMessage(oneOrMany, text) {
        if (isAway) throw new ServiceUnreachableError('away')
        const sockets = [oneOrMany].flat()
        sent.push([sockets, text])
        return sockets.map((socket) => ({ socket, delivered: !gone.includes(socket) }))
      },
    },
    origin: 'http://127.0.0.1:8080',
    complain: (message) => complaints.push(message),
  })
  const say = (socket: string, path: string, body: string, epoch = 1) =>
    sample.take({ event: 'message', webhookId: 'w', epoch, socket, path, body }, raw)
  const enter = (socket: string, path: string, epoch = 1) =>
    sample.take({ event: 'handshake', webhookId: 'w', epoch, socket, path }, raw)
  const leave = (socket: string, path: string) =>
    sample.take(
      { event: 'closed', webhookId: 'w', epoch: 1, socket, path, code: 1000, reason: '' },
      raw,
    )
  const ask = (name: string) => {
    const body = new URLSearchParams({ name, place: 'echo' })
    const headers = { origin: 'http://127.0.0.1:8080' }
    return sample.routes.request('/sockets/url', { method: 'POST', headers, body })
  }
  const lose = (): void => {
    isAway = true
  }
  return { sample, sent, complaints, say, enter, leave, ask, lose }
}

test('an ending that is reported twice is told once, and to those who are left', async () => {
  const { sent, enter, leave } = start()
  await enter('s1', 'sockets/rooms/lobby/ada')
  await enter('s2', 'sockets/echo/grace')
  await leave('s1', 'sockets/rooms/lobby/ada')
  await leave('s1', 'sockets/rooms/lobby/ada')
  expect(sent).toEqual([[['s2'], 'ada has left the building']])
})

test('sockets that were not let in, or are of other paths, are not told and not heard', async () => {
  const { sent, enter, say, leave } = start()
  await enter('s1', 'sockets/rooms/lobby/ada')
  await enter('s2', 'other/rooms/lobby/eve')
  await say('s2', 'other/rooms/lobby/eve', 'spam')
  await say('s3', 'sockets/rooms/lobby/eve', 'spam')
  await leave('s3', 'sockets/rooms/lobby/eve')
  expect(sent).toEqual([])
  await say('s1', 'sockets/rooms/lobby/ada', 'hello')
  expect(sent).toEqual([[['s1'], 'hello']])
})

test('the last to leave is told to nobody', async () => {
  const { sent, enter, leave, complaints } = start()
  await enter('s1', 'sockets/echo/ada')
  await leave('s1', 'sockets/echo/ada')
  expect([sent, complaints]).toEqual([[], []])
})

test('a start of the service ends the sockets of before, whose names are free again', async () => {
  const { sample, sent, enter, say, ask } = start()
  await enter('s1', 'sockets/echo/ada', 1)
  await enter('s2', 'sockets/rooms/lobby/grace', 3)
  expect((await ask('ada')).status).toBe(409)
  await sample.take({ event: 'started', webhookId: 'w', epoch: 3 }, raw)
  expect((await ask('ada')).status).toBe(200)
  await say('s2', 'sockets/rooms/lobby/grace', 'alone')
  expect(sent).toEqual([[['s2'], 'alone']])
})

test('a socket that cannot be sent to is forgotten', async () => {
  const { sent, enter, say } = start(['s2'])
  await enter('s1', 'sockets/rooms/lobby/ada')
  await enter('s2', 'sockets/rooms/lobby/grace')
  await say('s1', 'sockets/rooms/lobby/ada', 'one')
  await say('s1', 'sockets/rooms/lobby/ada', 'two')
  expect(sent.map(([sockets]) => sockets)).toEqual([['s1', 's2'], ['s1']])
})

test('nobody comes in under a name that looks like that of somebody who is there', async () => {
  const { enter, ask } = start()
  await enter('s1', 'sockets/rooms/lobby/Ada L')
  for (const name of ['ADA L', 'Ａda\u3164 L', ' ada  l\ufe0f'])
    expect((await ask(name)).status).toBe(409)
  await expect(enter('s2', 'sockets/echo/ada l')).rejects.toThrow('taken')
  expect((await ask('Ada M')).status).toBe(200)
})

test('at most a hundred are let in', async () => {
  const { enter, ask } = start()
  for (let count = 0; count < 100; count += 1) await enter(`s${count}`, `sockets/echo/u${count}`)
  expect((await ask('ada')).status).toBe(503)
  await expect(enter('s100', 'sockets/echo/ada')).rejects.toThrow('full')
})

test('a service that is away is complained of, and the handler does not fail', async () => {
  const { enter, say, leave, lose, complaints } = start()
  await enter('s1', 'sockets/echo/ada')
  await enter('s2', 'sockets/echo/grace')
  lose()
  await say('s1', 'sockets/echo/ada', 'hello')
  await leave('s2', 'sockets/echo/grace')
  expect(complaints).toHaveLength(2)
})
