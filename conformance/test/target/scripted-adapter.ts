/** Small programs that speak the contract, each wrong or poor in its own way; they answer discovery and nothing else. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What every script begins with: a service that answers discovery, and a way to reply. */
const PRELUDE = `
const { createServer } = require('node:http')
const { createInterface } = require('node:readline')
const { spawn } = require('node:child_process')
const reply = (id, outcome) => process.stdout.write(JSON.stringify({ id, ...outcome }) + '\\n')
const serve = (start, then) => {
  const document = JSON.stringify({ profiles: ['core'], limits: {}, origins: 'listed', test_timings: true })
  const server = createServer((_, response) => response.end(document))
  server.listen(0, '127.0.0.1', () => then('http://127.0.0.1:' + server.address().port))
}
const ready = (id, more) => serve({}, (url) => reply(id, { ready: { url, name: 'scripted', version: '1', ...more } }))
const commands = (take) =>
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, ...command } = JSON.parse(line)
    const [[verb, members]] = Object.entries(command)
    if (take(id, verb, members) === false) reply(id, { unsupported: verb })
  })
process.stdin.on('end', () => process.exit(0))
`

/** Programs of one test file. */
export interface Scripts {
  /** The command of a program whose body this is, after {@link PRELUDE}. */
  script(body: string): readonly string[]
  remove(): void
}

/** Makes a folder for programs. */
export function makeScripts(): Scripts {
  const folder = mkdtempSync(join(tmpdir(), 'adapter-'))
  let count = 0
  return {
    script(body) {
      count += 1
      const file = join(folder, `adapter-${count}.cjs`)
      writeFileSync(file, PRELUDE + body)
      return [process.execPath, file]
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
