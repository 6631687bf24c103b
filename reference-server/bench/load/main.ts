/** The generator's process: jobs in, measurements out; it alone knows what a job asks for. */
import { tokenRules } from '../../src/rules/token.ts'
import { APPLICATION_KEY, SIGNING_KEY } from '../contestants.ts'
import { type Job, measure } from './measure.ts'
import { type Receiver, startReceiver, storm } from './storm.ts'

/** What the process is asked for, one at a time. */
export type Asked =
  | ({ kind: 'measure'; hasTokens: boolean } & Omit<Job, 'generation'>)
  | { kind: 'receive' }
  | { kind: 'storm'; pid: number; port: number; clients: number }

let receiver: Receiver | undefined

process.on('message', (asked: Asked) => {
  carryOut(asked).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})

async function carryOut(asked: Asked): Promise<unknown> {
  if (asked.kind === 'receive') {
    receiver = await startReceiver()
    return receiver.url
  }
  const generation =
    asked.kind === 'storm' || asked.hasTokens ? await readGeneration(asked.port) : undefined
  if (asked.kind === 'measure') return measure({ ...asked, generation })
  if (!receiver) throw new Error('no receiver was asked for')
  const { pid, port, clients } = asked
  return storm({ pid, port, generation }, receiver, clients)
}

/** The generation that the server mints tokens of now. */
async function readGeneration(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${APPLICATION_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ client_id: 'anybody' }),
  })
  const { token } = (await response.json()) as { token: string }
  return tokenRules.verifyToken(token, SIGNING_KEY)?.generation ?? 0
}
