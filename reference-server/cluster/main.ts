/** The program: three nodes of one service for trying, on the Redis that is given or one of their own; the only place that exits. */
import { parseArgs } from 'node:util'
import { startNode, type TriedNode } from './node.ts'
import { StoreMissing, startStore } from './store.ts'

const USAGE = 2

const HELP = `Usage: npm run cluster -- [options] [-- flags of the server]

Starts three nodes of one service, each a process of its own. Kill one with -9, or stop it with SIGSTOP, and look:
what the nodes log stands behind their addresses.

  --redis <url>    the Redis 7 or Valkey that they share, and may fill
                   (default: one of their own, where redis-server is installed; it ends with them)
  --nodes <count>  how many (default: 3)
  --port <number>  port of the first; the others follow (default: 8080; 0 takes any that are free)
`

interface Wish {
  redis: string | undefined
  count: number
  port: number
  flags: readonly string[]
}

function readWish(argv: readonly string[]): Wish {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const { values } = parseArgs({
    args: [...own],
    options: {
      redis: { type: 'string' },
      nodes: { type: 'string', default: '3' },
      port: { type: 'string', default: '8080' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    process.exit(0)
  }
  const [count, port] = [Number(values.nodes), Number(values.port)]
  if (!(Number.isInteger(count) && count >= 1 && count <= 16))
    throw new Error(`--nodes ${values.nodes} is not from 1 to 16`)
  if (!(Number.isInteger(port) && port >= 0 && port + count <= 65_536))
    throw new Error(`--port ${values.port}: ${count} nodes need ports from 1 to 65535, or 0`)
  return { redis: values.redis, count, port, flags: end < 0 ? [] : argv.slice(end + 1) }
}

function describe(url: string, nodes: readonly TriedNode[], urls: readonly string[]): string {
  return [
    `${nodes.length} nodes of one service, on the Redis at ${new URL(url).host}`,
    ...nodes.map((node, at) => `  ${urls[at]}  process ${node.pid}`),
    `  judge them:   npm run conformance -- run ${urls.join(' ')} 'cluster.**'`,
    `  kill one:     kill -9 ${nodes.at(-1)?.pid}`,
    `  end them:     Ctrl-C`,
    '',
  ].join('\n')
}

function describeEnd(store: string, url: string, flags: readonly string[], cause: string): string {
  const own = ['--broker', store, '--port', new URL(url).port, '--private-port', '0', ...flags]
  return [`${url}  ended: ${cause}`, `  start it again:  npm start -- ${own.join(' ')}`, ''].join(
    '\n',
  )
}

async function main(): Promise<void> {
  const { redis, count, port, flags } = readWish(process.argv.slice(2))
  const store = redis === undefined ? await startStore() : undefined
  const url = redis ?? store?.url ?? ''
  const nodes: TriedNode[] = []
  let isEnding = false
  const end = async (status: number): Promise<never> => {
    isEnding = true
    await Promise.all(nodes.map((node) => node.end()))
    await store?.end()
    return process.exit(status)
  }
  process.once('SIGINT', () => void end(0))
  process.once('SIGTERM', () => void end(0))
  try {
    const names: string[] = []
    for (let at = 0; at < count; at += 1) {
      const own = ['--broker', url, '--port', String(port === 0 ? 0 : port + at), ...flags]
      const node = startNode(own, (line) =>
        process.stdout.write(`${names[at] ?? node.pid}  ${line}\n`),
      )
      nodes.push(node)
    }
    names.push(...(await Promise.all(nodes.map((node) => node.url))))
    process.stdout.write(describe(url, nodes, names))
    for (const [at, node] of nodes.entries())
      void node.ended.then((cause) => {
        if (!isEnding) process.stdout.write(describeEnd(url, names[at] ?? '', flags, cause))
      })
  } catch (error) {
    process.stderr.write(`cluster: ${(error as Error).message}\n`)
    return end(1)
  }
}

await main().catch((error: unknown) => {
  const advice = error instanceof StoreMissing ? '' : `\n${HELP}`
  process.stderr.write(`cluster: ${(error as Error).message}\n${advice}`)
  process.exit(USAGE)
})
