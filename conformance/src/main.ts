#!/usr/bin/env node
/** argv in, exit code out. */

import { program } from './cli/program.ts'
import { UsageError } from './cli/usage-error.ts'
import { EXIT } from './summary.ts'

// Whoever reads may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
process.on('SIGINT', () => process.exit(EXIT.interrupted))

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
