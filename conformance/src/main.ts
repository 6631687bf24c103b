#!/usr/bin/env -S node --max-semi-space-size=4 --v8-pool-size=1
/** argv in, exit code out. */

import { enableCompileCache } from 'node:module'
import { UsageError } from './cli/usage-error.ts'
import { EXIT } from './summary.ts'

// Before anything large is imported: what was stripped and compiled once is read back in a tenth of the time.
enableCompileCache()
const { program } = await import('./cli/program.ts')

// Whoever reads may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
// What was started is ended with the program, which takes an exit, and not a signal's death.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => process.exit(EXIT.interrupted))

try {
  process.exitCode = await program(process.argv.slice(2), process.env)
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(
    isUsage
      ? `${error.message}\n`
      : `a defect of the suite: ${(error as Error).stack ?? String(error)}\n`,
  )
  process.exitCode = isUsage ? EXIT.usage : EXIT.suiteDefect
}
// A program that died under its checks leaves waits behind that nobody is interested in any more.
process.stdout.write('', () => process.exit())
