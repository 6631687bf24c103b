/** The program of the suite's own small client: `node program.ts [fault]`, in the lines of every client under test. */

import { createInterface } from 'node:readline'
import { CLIENT_FAULTS } from './faults.ts'
import { type Answer, RULES } from './rules.ts'
import { openSmallClient } from './small-client.ts'

const [name] = process.argv.slice(2)
const fault = name === undefined ? undefined : CLIENT_FAULTS[name]
if (name !== undefined && !fault) throw new Error(`there is no wrong client ${name}`)
const rules = { ...RULES, ...fault?.rule }

const channels = new Map<string, { close(): void }>()

function write(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function ask(url: string): Promise<Answer> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`the callback failed with ${answer.status}`)
  return (await answer.json()) as Answer
}

write({ event: 'ready', name: 'small client', version: name ?? 'without a fault' })
const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const { command, id, token_url } = JSON.parse(line) as Record<string, string>
  if (id === undefined || token_url === undefined) channels.get(id ?? '')?.close()
  else if (command === 'open')
    channels.set(
      id,
      openSmallClient({ rules, ask: () => ask(token_url), tell: (told) => write({ id, ...told }) }),
    )
})
lines.on('close', () => process.exit())
