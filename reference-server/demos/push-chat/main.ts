/** The program: flags and variables to a chat that runs against a service; the only place that exits. */
import { parseArgs } from 'node:util'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { DEFAULT_TIME_ZONE, isTimeZone } from '../local-time.ts'
import { type Listener, listen, startPushChat } from './push-chat.ts'

const usageStatus = 2
const { host: serviceHost, port: servicePort } = DEVELOPMENT.listen
const chatUrl = new URL(DEVELOPMENT.webhook_base)

const help = `push-chat: the sample chat, on a channel service that runs
  --port <n>               where to listen (default: ${chatUrl.port}; CHAT_PORT)
  --host <address>         (default: ${chatUrl.hostname}; CHAT_HOST)
  --base-url <url>         the public base, where it is another (CHAT_BASE_URL)
  --service <url>          the service (default: http://${serviceHost}:${servicePort}; CHANNEL_URL)
  --application-key <key>  (default: the published one for development; CHANNEL_APPLICATION_KEY)
  --webhook-secret <whsec> several are allowed (default: the published ones; CHANNEL_WEBHOOK_SECRET, comma between)
  --time-zone <name>       whose offset messages are dated with (default: ${DEFAULT_TIME_ZONE}; CHAT_TIME_ZONE)
  --show-ip                tell everybody the addresses of all; they are personal data
`

function complainAndExit(message: string): never {
  process.stderr.write(`push-chat: ${message}\n`)
  process.exit(usageStatus)
}

function readFlags(argv: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    const options = {
      port: text,
      host: text,
      'base-url': text,
      service: text,
      'application-key': text,
      'webhook-secret': { type: 'string', multiple: true },
      'time-zone': text,
      'show-ip': { type: 'boolean' },
      help: { type: 'boolean' },
    } as const
    return parseArgs({ args: [...argv], options }).values
  } catch (error) {
    return complainAndExit((error as Error).message)
  }
}

function readUrl(name: string, text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
  return complainAndExit(`${name}: it is an address such as http://${serviceHost}:${servicePort}`)
}

function readTimeZone(name: string): string {
  if (isTimeZone(name)) return name
  return complainAndExit('--time-zone: it is a name such as Europe/Berlin')
}

async function listenOrExit(host: string, port: string): Promise<Listener> {
  if (!/^\d{1,5}$/.test(port)) return complainAndExit('--port: it is a number from 0 to 65535')
  return listen(host, Number(port)).catch((error: NodeJS.ErrnoException) => {
    const isTaken = error.code === 'EADDRINUSE'
    const what = isTaken ? 'another program listens there; choose another port' : error.message
    return complainAndExit(`cannot listen on ${host}:${port}: ${what}`)
  })
}

async function main(): Promise<void> {
  const flags = readFlags(process.argv.slice(2))
  if (flags.help) {
    process.stdout.write(help)
    return
  }
  const { env } = process
  const host = flags.host ?? env.CHAT_HOST ?? chatUrl.hostname
  const service = flags.service ?? env.CHANNEL_URL ?? `http://${serviceHost}:${servicePort}`
  const base = flags['base-url'] ?? env.CHAT_BASE_URL
  const secrets = flags['webhook-secret'] ?? env.CHANNEL_WEBHOOK_SECRET?.split(',')
  const serviceUrl = readUrl('--service', service)
  const baseUrl = base === undefined ? {} : { baseUrl: readUrl('--base-url', base) }
  const timeZone = readTimeZone(flags['time-zone'] ?? env.CHAT_TIME_ZONE ?? DEFAULT_TIME_ZONE)
  const listener = await listenOrExit(host, flags.port ?? env.CHAT_PORT ?? chatUrl.port)
  const chat = startPushChat(
    {
      serviceUrl,
      applicationKey:
        flags['application-key'] ?? env.CHANNEL_APPLICATION_KEY ?? DEVELOPMENT.application_keys[0],
      webhookSecrets: secrets ?? DEVELOPMENT.webhook_secrets,
      timeZone,
      showIp: flags['show-ip'] ?? false,
      ...baseUrl,
    },
    listener,
    (message, cause) => {
      process.stderr.write(`push-chat: ${message}: ${(cause as Error).message}\n`)
    },
  )
  process.stdout.write(
    [
      `Push chat at ${chat.baseUrl}, on the channel service at ${serviceUrl}`,
      `  give the service: --application-base ${chat.baseUrl}`,
      `  judge it:         npm run conformance -- run --application ${chat.baseUrl}\n`,
    ].join('\n'),
  )
  const end = (): void => void chat.stop().then(() => process.exit(0))
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
}

await main()
