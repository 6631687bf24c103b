/** Runs the commands of a guide as its reader would; it alone knows what stands for the published package. */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** Stands for the published package, and for nothing else that npx could bring. */
const PRELUDE = `set -e
npx() { test "$1" = @channel-protocol/conformance; shift; "$NODE" "$MAIN" "$@"; }
`

/** Runs commands in a folder to their end, or to the first that fails. */
export function runCommands(
  folder: string,
  commands: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn('bash', ['-c', PRELUDE + commands], {
    cwd: folder,
    env: {
      ...process.env,
      NODE: process.execPath,
      MAIN,
      GOTOOLCHAIN: 'local',
      GOPROXY: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, output }))
  })
}
