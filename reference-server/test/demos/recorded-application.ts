/** An application without a service: it notes what it is asked to send, and can be made to fail. */
import { type Application, makeApplication } from '../../application/index.ts'

/** What a test sees of it. */
export interface RecordedApplication {
  application: Application
  /** What was sent, in its order. */
  sent: { to: string; text: string }[]
  /** Makes every later call reject, or with `false` none. */
  fail(isFailing: boolean): void
}

/** Makes an application whose tokens are `token-1`, `token-2` and so on. */
export function makeRecordedApplication(): RecordedApplication {
  const sent: { to: string; text: string }[] = []
  let tokens = 0
  let isFailing = false
  const demandService = (): void => {
    if (isFailing) throw new Error('the service is gone')
  }
  return {
    sent,
    fail(wished) {
      isFailing = wished
    },
    application: {
      ...makeApplication({ baseUrl: 'http://127.0.0.1:1', applicationKey: 'key' }),
      createChannel: async (clientId) => {
        demandService()
        tokens += 1
        return {
          token: `token-${tokens}`,
          clientId,
          connectUrl: 'ws://127.0.0.1:1/v1/connect',
          expiresAt: '2027-01-15T08:00:00.000Z',
        }
      },
      sendMessage: async (to, text) => {
        demandService()
        sent.push({ to, text })
        return { id: 'msg_1', seq: 1, epoch: 1, connections: 1 }
      },
    },
  }
}
