/** Checks of a welcome that comes long after its token was minted, or comes again. */

import type { Check } from '../check.ts'
import { asking } from '../drive/asking.ts'
import { welcomed } from '../judges/connection.ts'
import { saysExpiry } from '../judges/connection-opening.ts'
import { all } from '../judges/finding.ts'
import { resumed } from '../judges/resume.ts'

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
  {
    id: 'connection.resumed-welcome.dated',
    proves: 'connection.welcome.expiry',
    profiles: ['resume'],
    waitSeconds: () => LATE_SECONDS,
    drive: async (drive) => {
      const life = { ttl_seconds: LIFE_SECONDS }
      const { token, connectUrl: url } = await drive.mint('back', drive.clientId(), life)
      const first = await drive.open('first', { url, token })
      const welcome = await first.welcome()
      first.drop()
      await drive.pass(LATE_SECONDS)
      const query = asking({ after: String(welcome?.cursor ?? '') })
      const back = await drive.open('back', { url, token, query })
      await back.welcome()
    },
    control: all(welcomed('first'), resumed('back', true)),
    judge: saysExpiry('back'),
    killedBy: [
      'welcomes-back-with-the-whole-life',
      'welcomes-with-the-whole-life',
      'welcomes-with-later-expiry',
    ],
  },
]
