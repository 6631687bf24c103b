import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { judgeTargets } from '../../src/cli/judge-target.ts'
import { readAdvertised } from '../../src/target/advertised.ts'
import { type Target, TargetUnavailable } from '../../src/target/target.ts'

const PATTERN = 'discovery.document.served'
const OPTIONS = {
  patterns: [PATTERN],
  profiles: [],
  budgetSeconds: 1,
  seed: 1,
  concurrency: 1,
  isStrict: false,
  isQuiet: true,
  isRecorded: false,
}

/** A target whose server ends every connection, and counts them. */
async function startRude(): Promise<Target & { readonly met: () => number }> {
  let met = 0
  const server = createServer((socket) => {
    met += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return {
    name: 'rude',
    secrets: [],
    site: {
      baseUrl,
      advertised: readAdvertised(baseUrl, undefined, []),
      applicationKeys: ['key'],
      webhookPrefix: '',
    },
    met: () => met,
    stop: async () => void server.close(),
  }
}

test('the next target is opened when the one before it has a first verdict, and both are judged', async () => {
  const [first, next] = await Promise.all([startRude(), startRude()])
  let metBefore = 0
  const { results, target } = await judgeTargets(
    [
      async () => first,
      async () => {
        metBefore = first.met()
        return next
      },
    ],
    OPTIONS,
    () => {},
  )
  await Promise.all([first.stop(), next.stop()])
  // What is asked before a verdict is possible, and the check.
  expect(metBefore).toBe(first.met())
  expect(metBefore).toBeGreaterThan(0)
  expect(results.filter(({ check }) => check === PATTERN)).toHaveLength(2)
  expect(target.name).toBe('rude and rude')
})

test('a target that cannot be opened leaves no verdict of any', async () => {
  const first = await startRude()
  const judging = judgeTargets(
    [async () => first, () => Promise.reject(new TargetUnavailable('it does not start'))],
    OPTIONS,
    () => {},
  )
  await expect(judging).rejects.toThrow('it does not start')
  await first.stop()
})
