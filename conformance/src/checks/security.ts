/** Checks of the chapter security. */

import type { Check } from '../check.ts'
import { answeredAs } from '../judges/call.ts'
import { welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { refused } from '../judges/problem.ts'
import { answeredAlike } from '../judges/security.ts'

const CONTROLS = [
  'clock',
  'time',
  'faults',
  'fault',
  'settings',
  'config',
  'timings',
  'debug',
  'test',
  'admin',
  'reset',
  'shutdown',
].flatMap((name) => [`/v1/${name}`, `/${name}`])

/** In the order of the chapter. */
export const SECURITY_CHECKS: readonly Check[] = [
  {
    id: 'security.control-path.refused',
    proves: 'security.controls.unreachable',
    drive: async (drive) => {
      if (!(await drive.call('control', 'GET', '/v1', { key: 'none' }))) return
      const json = { advance_seconds: 3600, name: 'accepts-expired-token', connections: 1 }
      for (const path of CONTROLS) {
        await drive.call(`POST ${path}`, 'POST', path, { json })
        await drive.call(`PUT ${path}`, 'PUT', path, { json })
        await drive.call(`GET ${path}`, 'GET', path, { query: { advance_seconds: '3600' } })
      }
    },
    control: answeredAs('control', 200, 'Discovery'),
    judge: all(
      ...CONTROLS.flatMap((path) =>
        ['POST', 'PUT', 'GET'].map((method) => refused(`${method} ${path}`, 'not-found')),
      ),
    ),
    killedBy: ['offers-a-clock-control', 'offers-a-fault-control', 'refuses-with-200'],
  },
  {
    id: 'security.wrong-key.uniform',
    proves: 'security.refusal.uniform',
    drive: async (drive) => {
      const used = drive.clientId()
      await drive.connect('client', used)
      const others = { 'unused one': drive.clientId(), 'unused two': drive.clientId() }
      for (const [as, clientId] of Object.entries({ used, ...others })) {
        const key = { text: 'no-such-application-key' }
        const json = { client_id: clientId, data: 'hello' }
        await drive.call(`${as} message`, 'POST', '/v1/messages', { key, json })
        await drive.call(`${as} token`, 'POST', '/v1/tokens', { key, json })
        if (drive.advertised.profiles.includes('presence-sync')) {
          await drive.call(`${as} read`, 'GET', '/v1/presence', {
            key,
            query: { client_id: clientId },
          })
        }
      }
    },
    control: welcomed('client'),
    judge: all(
      ...['message', 'token', 'read'].map((call) =>
        answeredAlike(`used ${call}`, [`unused one ${call}`, `unused two ${call}`]),
      ),
    ),
    killedBy: ['tells-used-ids-from-unused'],
  },
]
