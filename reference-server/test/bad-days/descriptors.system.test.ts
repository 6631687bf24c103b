/** A server that has no file descriptor left: it refuses whom it cannot hold, keeps whom it holds, and recovers. */
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { afterEach, expect, test } from 'vitest'
import { type Application, makeApplication } from '../../application/application.ts'
import { type Receiver, startReceiver } from '../../soak/receiver.ts'
import { type ServerProcess, startServerProcess } from '../../soak/server-process.ts'
import { makeWatch } from '../../soak/watch.ts'
import { connectMember, dropCrowd, type Member, nameClients } from './crowd.ts'

const OPEN_FILES = 100
const CLIENTS = 150
const FREED = 40

let receiver: Receiver | undefined
let server: ServerProcess | undefined
let application: Application | undefined

afterEach(async () => {
  await application?.stop()
  await server?.end('SIGKILL')
  await receiver?.stop()
})

interface Came {
  members: Member[]
  refused: string[]
}

/** Connects with tokens that are there already, one after the other: a refusal is no reason to stop. */
async function connectEach(baseUrl: string, tokens: ReadonlyMap<string, string>): Promise<Came> {
  const came: Came = { members: [], refused: [] }
  for (const [clientId, token] of tokens) {
    const member = await connectMember(baseUrl, clientId, token).catch(() => undefined)
    if (member) came.members.push(member)
    else came.refused.push(clientId)
  }
  return came
}

function hears({ heard, socket }: Member, data: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = (): void => {
    if (heard.some((envelope) => envelope.data === data)) resolve()
  }
  socket.on('message', look)
  look()
  return promise
}

test('a server without a free file descriptor refuses newcomers, serves those it has, and takes newcomers again when some went', {
  timeout: 300_000,
}, async () => {
  const watch = makeWatch()
  receiver = await startReceiver({ onWebhook: watch.changed })
  const { book } = receiver
  server = await startServerProcess({
    flags: [
      ...['--port', '0', '--private-port', '0', '--log-level', 'silent', '--test-timings'],
      ...['--presence-grace-seconds', '0', ...receiver.flags],
      ...['--webhook-retry-seconds', new Array(60).fill('0.5').join(',')],
    ],
    openFiles: OPEN_FILES,
  })
  const { baseUrl } = server
  // One connection for every call, made before there are none left.
  application = makeApplication({
    baseUrl,
    applicationKey: DEVELOPMENT.application_keys[0],
    connections: 1,
  })
  const tokens = new Map<string, string>()
  for (const clientId of nameClients(CLIENTS))
    tokens.set(clientId, (await application.createChannel(clientId)).token)

  const { members, refused } = await connectEach(baseUrl, tokens)
  expect(refused.length).toBeGreaterThan(CLIENTS - OPEN_FILES)
  expect(members.length).toBeGreaterThan(OPEN_FILES / 2)

  const { connections } = await application.broadcastMessage('to those who are here')
  expect(connections).toBe(members.length)
  await Promise.all(members.map((member) => hears(member, 'to those who are here')))

  await dropCrowd(members.splice(0, FREED))
  await watch.until(() => book.online().length === members.length)
  const late = await connectEach(
    baseUrl,
    new Map([...tokens].filter(([id]) => refused.includes(id))),
  )
  expect(late.members.length).toBeGreaterThan(FREED / 2)

  await application.sendMessage(late.members[0]?.clientId ?? '', 'welcome at last')
  if (late.members[0]) await hears(late.members[0], 'welcome at last')
  await dropCrowd([...members, ...late.members])
  await watch.until(() => book.online().length === 0)
  expect(server.process.exitCode).toBe(null)
})
