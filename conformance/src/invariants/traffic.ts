/** Ordinary traffic: what the invariants are shown where each is judged alone. */

import { postBatch } from '../drive/batching.ts'
import { startBroadcasting } from '../drive/broadcasting.ts'
import type { Drive } from '../drive/drive.ts'

/** How often a message and a broadcast follow each other, which another check may come between. */
const PAIRS = 3

/** Calls, refusals, and messages to two clients of whom one comes back. */
export async function exchangeMessages(drive: Drive): Promise<void> {
  await drive.call('discovery', 'GET', '/v1', { key: 'none' })
  const ids = [drive.clientId(), drive.clientId()] as const
  const [ada, bob] = [await drive.connect('ada', ids[0]), await drive.connect('bob', ids[1])]
  const last = { ada: '', bob: '' }
  for (let turn = 0; turn < 3; turn += 1) {
    last.ada = drive.text()
    last.bob = drive.text()
    await drive.post('to ada', ids[0], last.ada)
    await drive.post('to bob', ids[1], last.bob)
  }
  await ada.message(last.ada)
  await bob.message(last.bob)
  if (drive.advertised.profiles.includes('broadcast'))
    await startBroadcasting(drive).fence('to all', ada, bob)
  last.bob = drive.text()
  await drive.post('to bob', ids[1], last.bob)
  await bob.message(last.bob)
  ada.close(1000)
  await ada.ended()
  const again = await drive.connect('ada again', ids[0])
  last.ada = drive.text()
  await drive.post('to ada', ids[0], last.ada)
  await again.message(last.ada)
  await refuse(drive)
  const { profiles } = drive.advertised
  if (profiles.includes('batch'))
    await postBatch(drive, 'batch', [{ client_id: ids[1], data: drive.text() }])
  if (profiles.includes('presence-sync')) {
    await drive.call('read', 'GET', '/v1/presence', { query: { client_id: ids[1] } })
    await drive.call('list', 'GET', '/v1/presence')
  }
  if (profiles.includes('control'))
    await drive.call('disconnect', 'POST', '/v1/disconnects', { json: { client_id: ids[1] } })
}

/** Messages to clients whose ids are as alike as two can be: a service that folds ids takes one for the other. */
export async function exchangeWithTwins(drive: Drive): Promise<void> {
  const name = drive.clientId()
  const twins = ['a', 'A', '\u00e9', 'e\u0301'].map((tail) => `${name}${tail}`)
  const connections = []
  for (const [at, id] of twins.entries()) connections.push(await drive.connect(`twin ${at}`, id))
  for (let turn = 0; turn < 2; turn += 1) {
    for (const [at, id] of twins.entries()) {
      const data = drive.text()
      await drive.post('post', id, data)
      await connections[at]?.message(data)
    }
  }
}

async function refuse(drive: Drive): Promise<void> {
  await drive.call('unknown path', 'GET', '/v1/x-no-such-path')
  await drive.call('wrong key', 'POST', '/v1/tokens', {
    key: { text: 'no-such-key' },
    json: { client_id: drive.clientId() },
  })
  await drive.call('no data', 'POST', '/v1/messages', { json: { client_id: drive.clientId() } })
}

/** Broadcasts to two clients, each with a message right before it. */
export async function exchangeBroadcasts(drive: Drive): Promise<void> {
  const broadcasting = startBroadcasting(drive)
  const ids = [drive.clientId(), drive.clientId()] as const
  const [ada, bob] = [await drive.connect('ada', ids[0]), await drive.connect('bob', ids[1])]
  for (let turn = 0; turn < PAIRS; turn += 1) {
    const data = drive.text()
    await broadcasting.post('to all', drive.text())
    await drive.post('to ada', ids[0], data)
    await broadcasting.post('to all', drive.text())
    await ada.message(data)
  }
  await broadcasting.fence('last', ada, bob)
}

/** Two clients that come, of whom one goes. */
export async function exchangePresence(drive: Drive): Promise<void> {
  const ids = { ada: drive.clientId(), bob: drive.clientId() }
  const ada = drive.webhooks('ada', ids.ada)
  const bob = drive.webhooks('bob', ids.bob)
  const client = await drive.connect('client', ids.ada)
  await drive.connect('other', ids.bob)
  await ada.event('connected')
  await bob.event('connected')
  client.close(1000)
  await ada.event('disconnected')
}

/** Two sockets of one path; one says something, is answered, and goes. */
export async function exchangeSockets(drive: Drive): Promise<void> {
  const { page, id, webhooks, path } = await drive.sockets.connect('page')
  const { url } = await drive.sockets.mint('other', path)
  await drive.sockets.open('other', url)
  await webhooks.first(2)
  const sayings = [drive.text(), drive.text()]
  for (const text of sayings) page.send(text)
  for (const text of sayings) await webhooks.event('message', ({ fields }) => fields.body === text)
  await drive.sockets.send('send', id, drive.text())
  await page.texts(1)
  page.close(1000)
  await webhooks.event('closed')
}
