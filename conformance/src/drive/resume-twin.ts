/** The twin of a stream that comes back: the same on WebSockets, so that what both get wrong says nothing of streams. */

import { withQuery } from './asking.ts'
import { type Broadcasting, broadcastOn } from './broadcasting.ts'
import type { Drive } from './drive.ts'

/** Comes back to a client id of its own as roles `twin ...`, with cursors of every origin and with none that count. */
export async function comeBackByWebSocket(drive: Drive, casting?: Broadcasting): Promise<void> {
  const clientId = drive.clientId()
  const other = await drive.post('twin other', drive.clientId(), drive.text())
  const { token, connectUrl, body } = await drive.mint('twin token', clientId)
  await drive.post('twin earlier', clientId, drive.text())
  const first = await drive.open('twin', { url: connectUrl, token })
  const welcome = await first.welcome()
  const data = drive.text()
  const receipt = await drive.post('twin post', clientId, data)
  await first.message(data)
  const cast = await casting?.post('twin cast', drive.text())
  first.drop()
  const missed = await drive.post('twin post', clientId, drive.text())
  await casting?.post('twin cast', drive.text())
  const ways: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    'twin by token': { after: body.cursor },
    'twin by welcome': { after: welcome?.cursor },
    'twin by id': { after: receipt?.id },
    'twin by id again': { after: receipt?.id },
    'twin by newest': { after: missed?.id },
    'twin by other': { after: other?.id },
    'twin by garbage': { after: 'garbage' },
    'twin unasked': {},
    ...(cast && { 'twin by both': { after: receipt?.id, after_broadcast: cast.id } }),
  }
  for (const [as, query] of Object.entries(ways)) {
    const texts = Object.entries(query).map(([name, value]) => [name, String(value)])
    const url = withQuery(connectUrl, new URLSearchParams(Object.fromEntries(texts)).toString())
    const connection = await drive.open(as, { url, token })
    await connection.welcome()
    const fence = drive.text()
    await drive.post(`fence ${as}`, clientId, fence)
    await connection.message(fence)
    if (as === 'twin by both' && casting) {
      const end = drive.text()
      await casting.post(`cast ${as}`, end)
      await broadcastOn(connection, end)
    }
    connection.drop()
  }
}
