/** The program with which the suite judges this client: it alone knows the lines of both. */
import { createInterface } from 'node:readline'
import { Channel, type TokenAnswer } from './index.ts'

/** What the suite asks for. */
interface Command {
  command: string
  id: string
  token_url: string
}

const channels = new Map<string, Channel>()

function write(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function fetchToken(url: string): Promise<TokenAnswer> {
  const answer = await fetch(url, { cache: 'no-store' })
  if (answer.status !== 200) throw new Error(`the token was answered ${answer.status}`)
  return (await answer.json()) as TokenAnswer
}

function open({ id, token_url: url }: Command): void {
  const channel = new Channel({ token: () => fetchToken(url) })
  channels.set(id, channel)
  channel.onopen = () => write({ event: 'open', id })
  channel.onresumed = ({ resumed }) => write({ event: 'resumed', id, resumed })
  channel.onmessage = ({ data, seq }) => write({ event: 'message', id, data, seq })
  channel.onbroadcast = ({ data, seq }) => write({ event: 'broadcast', id, data, seq })
  channel.onreconnecting = ({ code, reason }) => write({ event: 'reconnecting', id, code, reason })
  channel.onerror = ({ code, reason }) => write({ event: 'error', id, code, reason })
  channel.onclose = ({ code, reason }) => write({ event: 'close', id, code, reason })
}

write({ event: 'ready', name: 'channel-protocol client', version: '1.0.0' })
const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const command = JSON.parse(line) as Command
  if (command.command === 'open') open(command)
  if (command.command === 'close') channels.get(command.id)?.close()
})
lines.on('close', () => process.exit())
