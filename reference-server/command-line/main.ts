#!/usr/bin/env node
/** Starts the command-line client; it alone knows the process it runs in. */
import { runCommand } from './commands.ts'

const interrupted = new AbortController()
// Whoever reads may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
process.once('SIGINT', () => interrupted.abort())
process.once('SIGTERM', () => interrupted.abort())

process.exitCode = await runCommand(process.argv.slice(2), {
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (text) => process.stderr.write(text),
  signal: interrupted.signal,
})
