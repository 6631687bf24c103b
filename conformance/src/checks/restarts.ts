/** Checks of what a service gives once and never again, not even after a restart. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { welcomed } from '../judges/connection.ts'
import { uniqueConnections } from '../judges/connection-opening.ts'
import { all } from '../judges/finding.ts'
import { accepted, epochsGrow, uniqueIds } from '../judges/message.ts'

const POSTS = 3

/** Connects and posts, stops the service, starts one anew and does the same again, all within moments. */
async function restart(drive: Drive): Promise<void> {
  for (const as of ['before', 'after']) {
    const service = await drive.launch('service')
    for (const [client, posts] of [
      [as, POSTS],
      [`second ${as}`, 1],
    ] as const) {
      const clientId = service.drive.clientId()
      await service.drive.connect(client, clientId)
      for (let post = 0; post < posts; post += 1)
        await service.drive.post(`post ${client}`, clientId, service.drive.text())
    }
    await service.stop()
  }
}

/** In the order of the chapters. */
export const RESTART_CHECKS: readonly Check[] = [
  {
    id: 'connection.ids-after-restart.unique',
    proves: 'connection.welcome.id',
    needs: ['exec', 'webhooks'],
    drive: restart,
    control: all(welcomed('before'), welcomed('after')),
    judge: uniqueConnections('before', 'second before', 'after', 'second after'),
    killedBy: ['counts-connection-ids'],
  },
  {
    id: 'message.ids-after-restart.unique',
    proves: 'message.id.unique',
    needs: ['exec', 'webhooks'],
    drive: restart,
    control: all(accepted('post before'), accepted('post after')),
    judge: uniqueIds('post before', 'post second before', 'post after', 'post second after'),
    killedBy: ['counts-message-ids'],
  },
  {
    id: 'message.epochs-after-restart.growing',
    proves: 'message.epoch.grows',
    needs: ['exec', 'webhooks'],
    drive: restart,
    control: all(accepted('post before'), accepted('post after')),
    judge: epochsGrow('post before', 'post second before', 'post after', 'post second after'),
    killedBy: ['begins-epochs-anew', 'begins-smaller-epochs'],
  },
]
