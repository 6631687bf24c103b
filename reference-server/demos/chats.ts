/** Sample chats that are started by command, each on a service of its own and with its own faults. */
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { makeWatches } from '../src/faults/watches.ts'
import { makeLog } from '../src/log.ts'
import { type RunningServer, startServer } from '../src/server.ts'
import { readSettings } from '../src/settings.ts'
import { CHAT_FAULTS } from './push-chat/faults/index.ts'
import type { ChatFault, ChatParts } from './push-chat/parts.ts'
import { listen, type RunningChat, startPushChat } from './push-chat/push-chat.ts'
import { applyChatFault, watchChat } from './push-chat/reach.ts'

/** How one chat and its service shall be started; the service is as the command line has it by default. */
interface StartWish {
  faults?: string[]
  test_timings?: boolean
  /** Under what name to note what this chat asks for. */
  watch?: string
}

/** What is to be done with the chats of a process. */
export interface ChatCommand {
  start?: StartWish
  /** Moves the clock by which that chat forgets users; webhooks and posts keep the real time. */
  advance?: { url: string; seconds: number }
  stop?: { url: string }
  /** Asks what the chats watched under this name have asked for; they are watched no longer. */
  watched?: { name: string }
  /** Asks for the faults that a chat may be started with. */
  list?: object
}

const log = makeLog('error', 2)
const sites = new Map<string, { chat: RunningChat; service: RunningServer }>()
const watches = makeWatches()

/** The faults, each noting in `changed` what it changes, and at last the watch, if one is wished for. */
function findFaults({ faults = [], watch }: StartWish, changed: string[]): ChatFault[] {
  const found = faults.map((name) => {
    const fault = CHAT_FAULTS.find((one) => one.name === name)
    if (!fault) throw new Error(`there is no fault ${name}`)
    return {
      ...fault,
      apply: (parts: ChatParts) => void changed.push(...applyChatFault(fault, parts)),
    }
  })
  if (watch === undefined) return found
  const places = watches.begin(watch)
  const apply = (parts: ChatParts): void => watchChat(parts, places)
  return [...found, { name: watch, misdeed: '', breaks: [], apply }]
}

async function start(wish: StartWish): Promise<object> {
  const changed: string[] = []
  const faults = findFaults(wish, changed)
  const listener = await listen('127.0.0.1', 0)
  const [applicationKey] = DEVELOPMENT.application_keys
  const [webhookSecret] = DEVELOPMENT.webhook_secrets
  const flags = [
    ...['--port', '0', '--private-port', '0', '--application-base', listener.url],
    ...(wish.test_timings ? ['--test-timings'] : []),
  ]
  const service = await startServer(readSettings(flags, {}), { log }).catch((cause: unknown) => {
    listener.server.close()
    throw cause
  })
  const chat = startPushChat(
    {
      serviceUrl: service.baseUrl,
      applicationKey,
      webhookSecrets: DEVELOPMENT.webhook_secrets,
    },
    listener,
    (message, cause) => log.debug({ err: cause }, message),
    faults,
  )
  sites.set(chat.baseUrl, { chat, service })
  return {
    ready: {
      application: chat.baseUrl,
      service: service.baseUrl,
      application_key: applicationKey,
      webhook_secret: webhookSecret,
      changed,
    },
  }
}

function find(url: string): { chat: RunningChat; service: RunningServer } {
  const site = sites.get(url)
  if (!site) throw new Error(`no chat of this process is at ${url}`)
  return site
}

async function stop(url: string): Promise<object> {
  const { chat, service } = find(url)
  sites.delete(url)
  await Promise.all([service.stop(), chat.stop()])
  return { stopped: {} }
}

/** Does what a command says; rejects where it cannot. */
export async function runChatCommand(command: ChatCommand): Promise<object> {
  if (command.start) return start(command.start)
  if (command.stop) return stop(command.stop.url)
  if (command.watched) return { asked: watches.end(command.watched.name) }
  if (command.list)
    return { faults: CHAT_FAULTS.map(({ name, misdeed, breaks }) => ({ name, misdeed, breaks })) }
  if (command.advance) {
    find(command.advance.url).chat.advance(command.advance.seconds)
    return { advanced: {} }
  }
  throw new Error('a command of chats is one of start, advance, stop, watched and list')
}

/** Ends all chats that still run. */
export async function stopChats(): Promise<void> {
  await Promise.all([...sites.keys()].map(stop))
}
