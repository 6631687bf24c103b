/** Checks of the rates of handshakes: of all, of one address, and of every kind of handshake. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { floodHandshakes, floodSeconds } from '../drive/handshakes.ts'
import { welcomed } from '../judges/connection.ts'
import { all, type Judge } from '../judges/finding.ts'
import { limitedHandshakes, toldWhenToComeBack } from '../judges/handshake.ts'
import { undisturbed } from '../judges/neighbour.ts'
import { shook } from '../judges/socket-handshake.ts'

const OF_ALL = 'handshakes_per_second'
const OF_ADDRESS = 'address_handshakes_per_second'
const FEW = 10
const FLOOD = 'flood'
/** What no service has minted. */
const FORGED = 'forged'

const LIMITED: Judge = all(limitedHandshakes(FLOOD, OF_ALL), toldWhenToComeBack(FLOOD))

/** Opens connections of one client id beyond a rate; posts to another client, who came before, afterwards. */
async function floodBeside(drive: Drive, limit: typeof OF_ALL | typeof OF_ADDRESS): Promise<void> {
  const clientId = drive.clientId()
  const first = await drive.connect('first', clientId)
  const { token, connectUrl: url } = await drive.mint('token', drive.clientId())
  await floodHandshakes(drive, drive.advertised.limits[limit] ?? 0, () =>
    drive.open(FLOOD, { url, token }),
  )
  const data = drive.text()
  await drive.post('post', clientId, data)
  await first.message(data)
}

/** Of channels, in the order of the chapter. */
export const CONNECTION_RATE_CHECKS: readonly Check[] = [
  {
    id: 'connection.handshakes-many.refused',
    proves: 'connection.rate.refuse',
    alone: true,
    limits: { [OF_ALL]: FEW },
    waitSeconds: floodSeconds(OF_ALL),
    drive: (drive) => floodBeside(drive, OF_ALL),
    control: welcomed('first'),
    judge: all(LIMITED, undisturbed('first', 'post')),
    killedBy: ['never-limits-handshakes', 'limits-rate-without-retry-after'],
  },
  {
    id: 'connection.handshakes-of-address.refused',
    proves: 'connection.rate.address',
    alone: true,
    limits: { [OF_ADDRESS]: FEW },
    waitSeconds: floodSeconds(OF_ADDRESS),
    drive: (drive) => floodBeside(drive, OF_ADDRESS),
    control: welcomed('first'),
    judge: all(
      limitedHandshakes(FLOOD, OF_ADDRESS),
      toldWhenToComeBack(FLOOD),
      undisturbed('first', 'post'),
    ),
    killedBy: ['never-limits-addresses', 'limits-rate-without-retry-after'],
  },
  {
    id: 'connection.handshakes-forged.counted',
    proves: 'connection.rate.counted',
    alone: true,
    limits: { [OF_ALL]: FEW },
    waitSeconds: floodSeconds(OF_ALL),
    drive: async (drive) => {
      await drive.connect('first', drive.clientId())
      const { connectUrl: url } = await drive.mint('token', drive.clientId())
      await floodHandshakes(drive, drive.advertised.limits[OF_ALL] ?? 0, () =>
        drive.open(FLOOD, { url, token: FORGED }),
      )
    },
    control: welcomed('first'),
    judge: limitedHandshakes(FLOOD, OF_ALL),
    killedBy: ['counts-good-handshakes-only', 'never-limits-handshakes'],
  },
  {
    id: 'connection.handshakes-forwarded.counted',
    proves: 'connection.rate.proxies',
    alone: true,
    limits: { [OF_ADDRESS]: FEW },
    waitSeconds: floodSeconds(OF_ADDRESS),
    drive: async (drive) => {
      await drive.connect('first', drive.clientId())
      const { connectUrl: url } = await drive.mint('token', drive.clientId())
      await floodHandshakes(drive, drive.advertised.limits[OF_ADDRESS] ?? 0, (index) => {
        // 192.0.2.0/24 and 198.18.0.0/15 are nobody's: they are set aside for texts and for tests.
        const address = `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`
        const headers = {
          'x-forwarded-for': address,
          'x-real-ip': address,
          forwarded: `for=${address}`,
        }
        return drive.open(FLOOD, { url, token: FORGED, headers })
      })
    },
    control: welcomed('first'),
    judge: limitedHandshakes(FLOOD, OF_ADDRESS),
    killedBy: ['believes-forwarded-addresses', 'never-limits-addresses'],
  },
]

/** Of event streams. */
export const SSE_RATE_CHECKS: readonly Check[] = [
  {
    id: 'sse.handshakes-many.refused',
    proves: 'sse.rate.counted',
    profiles: ['robust'],
    alone: true,
    limits: { [OF_ALL]: FEW },
    waitSeconds: floodSeconds(OF_ALL),
    drive: async (drive) => {
      await drive.streams.connect('first', drive.clientId())
      const { connectUrl: url } = await drive.mint('token', drive.clientId())
      await floodHandshakes(drive, drive.advertised.limits[OF_ALL] ?? 0, async () => {
        const stream = await drive.streams.open(FLOOD, { url, token: FORGED })
        await stream.ended()
      })
    },
    control: welcomed('first'),
    judge: limitedHandshakes(FLOOD, OF_ALL),
    killedBy: ['counts-no-streams-as-handshakes', 'never-limits-handshakes'],
  },
]

/** Of sockets. */
export const SOCKET_RATE_CHECKS: readonly Check[] = [
  {
    id: 'socket.handshakes-many.refused',
    proves: 'socket.rate.counted',
    profiles: ['robust'],
    needs: ['webhooks'],
    alone: true,
    limits: { [OF_ALL]: FEW },
    waitSeconds: floodSeconds(OF_ALL),
    drive: async (drive) => {
      await drive.sockets.connect('first')
      const { url } = await drive.sockets.mint('URL', drive.sockets.path())
      await floodHandshakes(drive, drive.advertised.limits[OF_ALL] ?? 0, () =>
        drive.sockets.open(FLOOD, url + FORGED),
      )
    },
    control: shook('first'),
    judge: limitedHandshakes(FLOOD, OF_ALL),
    killedBy: ['counts-no-sockets-as-handshakes', 'never-limits-handshakes'],
  },
]
