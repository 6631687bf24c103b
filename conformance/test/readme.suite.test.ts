import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, runProgram, type StartedProgram, startReferenceServer } from './processes.ts'
import { sentence } from './second-implementation.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** The commands of the README's console blocks with the lines that it says they print. */
const shown = new Map(
  [...README.matchAll(/^```console\n(.*?)^```/gms)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .filter((part) => part.trim())
      .map((part): [string, string[]] => {
        const [command = '', ...lines] = part.trimEnd().split('\n')
        return [command, lines]
      }),
  ),
)

/** What must agree between a line that the README shows and one that was printed: everything but what differs each time. */
function shapeOf(line: string): unknown {
  return Object.fromEntries(
    Object.entries(JSON.parse(line) as Record<string, unknown>).map(([name, value]) => [
      name,
      /^(token|cursor|broadcast_cursor|id|connection_id|epoch|broadcast_epoch|expires_at|since|connect_url|expires_in_seconds)$/.test(
        name,
      )
        ? typeof value
        : value,
    ]),
  )
}

let server: StartedProgram
const channel = (...args: string[]): Promise<Ended> =>
  runProgram('reference-server/command-line/main.ts', args, { CHANNEL_URL: server.url })
const printed = ({ stdout }: Ended): unknown[] => stdout.trimEnd().split('\n').map(shapeOf)
const promised = (command: string): unknown[] =>
  (shown.get(`npm run channel -- ${command}`) ?? []).map(shapeOf)

beforeAll(async () => {
  server = await startReferenceServer()
})
afterAll(() => server.stop())

describe('the README', () => {
  test('is at most 90 lines', () => {
    expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(90)
  })

  test('shows what token prints', async () => {
    expect(printed(await channel('token', 'ada'))).toEqual(promised('token ada'))
  })

  test('shows what listen, post and presence print', async () => {
    const listening = channel('listen', 'ada', '--count', '1')
    await untilOnline('ada')
    expect(printed(await channel('presence', 'ada'))).toEqual(promised('presence ada'))
    expect(printed(await channel('post', 'ada', 'hello'))).toEqual(promised('post ada hello'))
    expect(printed(await listening)).toEqual(promised('listen ada'))
  })

  test('says of the second implementation what RESULTS.md says', () => {
    expect(README).toContain(sentence())
    expect(readFileSync(new URL('../RESULTS.md', import.meta.url), 'utf8')).toContain(sentence())
  })

  test('names only scripts and files that exist', () => {
    const { scripts } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as {
      scripts: Record<string, string>
    }
    for (const [, name = ''] of README.matchAll(/npm run ([a-z:-]+)/g))
      expect(Object.keys(scripts)).toContain(name)
    for (const [, file = ''] of README.matchAll(/\]\(([^)#]+)\)/g)) {
      expect(() => readFileSync(new URL(`../../${file}`, import.meta.url))).not.toThrow(/ENOENT/)
    }
  })
})

/** Asks until the client is there; the fence is the service's own answer. */
async function untilOnline(clientId: string): Promise<void> {
  for (;;) {
    const { stdout } = await channel('presence', clientId)
    if (stdout.includes('"online":true')) return
  }
}
