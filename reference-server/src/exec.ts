/** The program that a conformance suite starts: commands in, replies out, as many services as it is told to start. */
import { serveCommands } from './exec/command-pipe.ts'
import { runCommand } from './exec/contract.ts'
import { readBrokerFlags } from './exec/own-broker.ts'
import { makeServices } from './exec/services.ts'
import { makeLog } from './log.ts'

const log = makeLog('warn', 2)
const services = makeServices(log, { nextFlags: readBrokerFlags(process.argv.slice(2)) })

serveCommands((command) => runCommand(command, services), services.stopAll, log)
