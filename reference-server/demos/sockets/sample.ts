/** The article on sockets as a sample: its paths begin with `sockets/`, and it tells its own sockets only. */
import {
  type Application,
  type Webhook,
  WebhookRefusedError,
} from '@channel-protocol/reference-server/application'
import type { Complain } from '../push-chat/parts.ts'
import type { Sample } from '../sample.ts'
import { makeCrowd } from './crowd.ts'
import { makeRoutes } from './routes.ts'
import { onClosed, onMessage, readUser } from './talk.ts'

const prefix = 'sockets/'
const mostCharacters = 1000

/** What the sockets run with. */
export interface SocketsParts {
  application: Pick<Application, 'createWebSocketUrl' | 'sendSocketMessage'>
  /** The public base of the demo. */
  origin: string
  complain: Complain
}

/** Makes the sample of sockets; nobody is there yet. */
export function makeSocketsSample({ application, origin, complain }: SocketsParts): Sample {
  const crowd = makeCrowd(application)

  /** A handler that failed would end the socket, which has done nothing wrong. */
  const attempt = (saying: Promise<unknown>): Promise<unknown> =>
    saying.catch((cause: unknown) => complain('a text did not reach its sockets', cause))

  async function take(webhook: Webhook): Promise<void> {
    if (webhook.event === 'started') crowd.started(webhook.epoch)
    if (!('path' in webhook) || !webhook.path.startsWith(prefix)) return
    const path = webhook.path.slice(prefix.length)
    const { socket, epoch } = webhook
    if (webhook.event === 'handshake') {
      if (crowd.has(socket)) return
      const refusal = crowd.refuses(readUser(path))
      if (refusal !== undefined)
        throw new WebhookRefusedError('body', 403, `The socket is not let in: ${refusal}.`)
      crowd.enter({ socket, path, epoch })
    } else if (webhook.event === 'closed') {
      if (crowd.leave(socket)) await attempt(onClosed(crowd, { ...webhook, path }))
    } else if (!crowd.has(socket)) return
    else if (webhook.body.length > mostCharacters)
      await attempt(crowd.tell(socket, `Not said: it has more than ${mostCharacters} characters.`))
    else await attempt(onMessage(crowd, { ...webhook, path }))
  }

  return {
    prefix,
    routes: makeRoutes({ application, crowd, prefix, origin, complain }),
    take,
    async stop() {},
  }
}
