/** Plays every exchange of the specification against the reference server, chapter by chapter. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { DEVELOPMENT, TIMINGS } from '@channel-protocol/schemas/registry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readChapter } from '../../schemas/tools/spec/chapter.ts'
import { exchanges } from '../../schemas/tools/spec/examples.ts'
import { readSpec } from '../../schemas/tools/spec/outputs.ts'
import { type Answer, differences, fill, play } from './exchange-player.ts'

const HOST = fileURLToPath(new URL('../../reference-server/src/faults/host.ts', import.meta.url))

const chapters = [...readSpec()]
  .map(([file, text]) => readChapter(file, text))
  .map((chapter) => ({ file: chapter.file, played: exchanges(chapter) }))
  .filter(({ played }) => played.length > 0)

/** Profiles for chapters that show what is not offered; every one for the others. */
const LESS: Readonly<Record<string, readonly string[]>> = { 'spec/discovery.md': ['core'] }

let host: ChildProcess
let answers: AsyncIterator<string>

beforeAll(() => {
  host = spawn(process.execPath, [HOST], { stdio: ['pipe', 'pipe', 'ignore'] })
  if (!host.stdout) throw new Error('the host of the reference server has no output')
  answers = createInterface({ input: host.stdout })[Symbol.asyncIterator]()
})

afterAll(() => {
  host.stdin?.end()
})

/** The base of a reference server of its own. */
async function startServer(id: number, profiles?: readonly string[]): Promise<string> {
  const start = {
    application_keys: DEVELOPMENT.application_keys,
    webhook_secrets: DEVELOPMENT.webhook_secrets,
    webhook_base: DEVELOPMENT.webhook_base,
    origins: DEVELOPMENT.origins,
    timings: { heartbeat_seconds: TIMINGS.heartbeat_seconds.test, sse_lifetime_seconds: 1 },
    clock: 'real',
    ...(profiles && { profiles }),
  }
  host.stdin?.write(`${JSON.stringify({ id, start })}\n`)
  const { value } = await answers.next()
  const answer = JSON.parse(String(value)) as { ready?: { url: string } }
  if (!answer.ready) throw new Error(`the reference server did not start: ${value}`)
  return answer.ready.url
}

/** A token and its URL, for chapters that use one without minting it. */
async function mint(values: Map<string, string>): Promise<void> {
  const asked = `POST {base}/v1/tokens
Authorization: Bearer {application_key}
Content-Type: application/json

{"client_id":"ada@example.org"}`
  const { body } = await play(fill(asked, values))
  const { token, connect_url: url } = JSON.parse(body) as { token: string; connect_url: string }
  values.set('token', token).set('connect_url', url)
}

describe.each(chapters)('$file', ({ file, played }) => {
  const values = new Map<string, string>()
  const open: Answer[] = []

  beforeAll(async () => {
    const id = chapters.findIndex((chapter) => chapter.file === file) + 1
    const base = await startServer(id, LESS[file])
    values.set('base', base).set('application_key', DEVELOPMENT.application_keys[0])
    if (!played.some(({ answer }) => answer.includes('"{token}"'))) await mint(values)
  })

  afterAll(() => {
    for (const { socket } of open) socket?.destroy()
  })

  it.each(played)('line $line, $name, comes as the text says', async ({ request, answer }) => {
    const came = await play(fill(request, values))
    open.push(came)
    expect(differences(answer, came, values)).toEqual([])
  })
})
