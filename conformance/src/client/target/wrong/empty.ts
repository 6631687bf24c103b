/** Programs that hold no client at all: `node empty.ts exits|garbage|silent|mute|yes`. No check may pass for one of them. */

import { createInterface } from 'node:readline'

const [name] = process.argv.slice(2)
const write = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

if (name === 'exits') process.exit()
if (name === 'garbage') process.stdout.write('hello\n{"event":\n[]\n{"event":"open"}\n')
if (name === 'mute' || name === 'yes') write({ event: 'ready', name, version: '0' })
const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const { command, id } = JSON.parse(line) as { command: string; id: string }
  if (name !== 'yes') return
  write({ event: command, id, code: 1000 })
  if (command === 'open') write({ event: 'message', id, data: 'a fence' })
})
lines.on('close', () => process.exit())
