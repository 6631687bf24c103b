import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type RunningServer, startServer } from '../src/server.ts'
import { readSettings } from '../src/settings.ts'
import { silentLog } from './start-service.ts'

const OLD_KEY = 'an-old-application-key'
const NEW_KEY = 'a-new-application-key'
const OLD_SECRET = `whsec_${Buffer.from('old-secret-of-24-bytes-..').toString('base64')}`
const NEW_SECRET = `whsec_${Buffer.from('new-secret-of-24-bytes-..').toString('base64')}`
const OLD_SIGNING = 'old-signing-key-of-32-characters'
const NEW_SIGNING = 'new-signing-key-of-32-characters'

const closings: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

/** A server as an operator starts it again and again: with variables. */
async function start(
  env: Record<string, string>,
  flags: readonly string[] = [],
): Promise<RunningServer> {
  const all = ['--port', '0', '--private-port', '0', ...flags]
  const settings = readSettings(all, { CHANNEL_APPLICATION_KEY: OLD_KEY, ...env })
  const server = await startServer(settings, { log: silentLog })
  closings.push(server.stop)
  return server
}

async function mint(server: RunningServer, key = OLD_KEY): Promise<Response> {
  return fetch(`${server.baseUrl}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{"client_id":"ada"}',
  })
}

/** What a page comes to see first: `welcome`, or a close code. */
async function connect(server: RunningServer, minted: Response): Promise<string | number> {
  const { token } = (await minted.json()) as { token: string }
  const url = `${server.baseUrl.replace('http', 'ws')}/v1/connect`
  const page = new WebSocket(url, ['channel-protocol.v1', `channel-token.${token}`])
  return new Promise((resolve) => {
    page.once('message', (data) => {
      resolve(String((JSON.parse(String(data)) as { type: string }).type))
      page.terminate()
    })
    page.once('close', resolve)
    page.on('error', resolve)
  })
}

describe('a change of the application key', () => {
  const from = (keys: string) => start({ CHANNEL_APPLICATION_KEY: keys })

  test('goes by a start with both, and a later one without the old', async () => {
    const both = await from(`${OLD_KEY},${NEW_KEY}`)
    expect([(await mint(both, OLD_KEY)).status, (await mint(both, NEW_KEY)).status]).toEqual([
      201, 201,
    ])
    const after = await from(NEW_KEY)
    expect([(await mint(after, OLD_KEY)).status, (await mint(after, NEW_KEY)).status]).toEqual([
      401, 201,
    ])
  })

  test('leaves the tokens that were minted with the old one alive', async () => {
    const env = { CHANNEL_SIGNING_KEY: OLD_SIGNING }
    const before = await start(env, ['--profiles', 'core'])
    const token = await mint(before, OLD_KEY)
    const after = await start({ ...env, CHANNEL_APPLICATION_KEY: NEW_KEY }, ['--profiles', 'core'])
    expect(await connect(after, token)).toBe('welcome')
  })
})

describe('a change of the webhook secret', () => {
  /** Whether the signature of the first webhook of a server with these secrets holds for each of these. */
  async function believedBy(secrets: string, ...receivers: string[]): Promise<boolean[]> {
    const first = Promise.withResolvers<{ headers: IncomingMessage['headers']; body: string }>()
    const application = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      response.end()
      first.resolve({ headers: request.headers, body })
    })
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve))
    closings.push(() => application.close())
    const { port } = application.address() as AddressInfo
    const env = { CHANNEL_WEBHOOK_SECRET: secrets }
    await start(env, ['--application-base', `http://127.0.0.1:${port}`])
    const { headers, body } = await first.promise
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const offered = String(headers['webhook-signature']).split(' ')
    return receivers.map((secret) => {
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
      return offered.includes(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
    })
  }

  test('goes by a time in which a receiver believes each webhook by either', async () => {
    expect(await believedBy(OLD_SECRET, OLD_SECRET, NEW_SECRET)).toEqual([true, false])
    expect(await believedBy(`${OLD_SECRET},${NEW_SECRET}`, OLD_SECRET, NEW_SECRET)).toEqual([
      true,
      true,
    ])
    expect(await believedBy(NEW_SECRET, OLD_SECRET, NEW_SECRET)).toEqual([false, true])
  })
})

describe('a change of the signing key', () => {
  const signedBy = (key: string) => start({ CHANNEL_SIGNING_KEY: key }, ['--profiles', 'core'])

  test('ends every earlier token with 4301, which makes a page fetch a fresh one', async () => {
    const before = await signedBy(OLD_SIGNING)
    const [kept, dead] = [await mint(before), await mint(before)]
    expect(await connect(await signedBy(OLD_SIGNING), kept)).toBe('welcome')
    const after = await signedBy(NEW_SIGNING)
    expect(await connect(after, dead)).toBe(4301)
    expect(await connect(after, await mint(after))).toBe('welcome')
  })
})
