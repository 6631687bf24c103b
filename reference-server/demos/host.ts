/** A process that holds services, as the contract with the suite has them, and sample chats beside them: JSON lines in, JSON lines out. */
import type { ExecCommand } from '@channel-protocol/schemas/types'
import { serveCommands } from '../src/exec/command-pipe.ts'
import { runCommand } from '../src/exec/contract.ts'
import { makeServices } from '../src/exec/services.ts'
import { makeLog } from '../src/log.ts'
import type { ChatCommand } from './chats.ts'

interface Command extends ExecCommand {
  /** Something to do with the chats. */
  chat?: ChatCommand
}

const log = makeLog('warn', 2)
const services = makeServices(log)
let chats: Promise<typeof import('./chats.ts')> | undefined

async function run(command: Command): Promise<object> {
  if (!command.chat) return runCommand(command, services)
  // Loaded when first asked for: services are asked for sooner.
  chats ??= import('./chats.ts')
  return (await chats).runChatCommand(command.chat)
}

async function stop(): Promise<void> {
  await Promise.all([services.stopAll(), chats?.then(({ stopChats }) => stopChats())])
}

serveCommands<Command>(run, stop, log)
