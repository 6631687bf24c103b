/** Checks of a welcome that comes long after its token was minted. */

import type { Check } from '../check.ts'
import { welcomed } from '../judges/connection.ts'
import { saysExpiry } from '../judges/connection-opening.ts'

const LATE_SECONDS = 2
const LIFE_SECONDS = 60

/** In the order of the chapter. */
export const CONNECTION_WELCOME_CHECKS: readonly Check[] = [
  {
    id: 'connection.late-welcome.dated',
    proves: 'connection.welcome.expiry',
    waitSeconds: () => LATE_SECONDS,
    drive: async (drive) => {
      const life = { ttl_seconds: LIFE_SECONDS }
      const { token, connectUrl: url } = await drive.mint('client', drive.clientId(), life)
      await drive.pass(LATE_SECONDS)
      const client = await drive.open('client', { url, token })
      await client.welcome()
    },
    control: welcomed('client'),
    judge: saysExpiry('client'),
    killedBy: ['welcomes-with-the-whole-life', 'welcomes-with-later-expiry'],
  },
]
