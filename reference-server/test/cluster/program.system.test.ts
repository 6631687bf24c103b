import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { runProgram } from '../run-program.ts'
import { makeCalls } from '../start-service.ts'
import { startNginx } from './start-nginx.ts'

/** Short enough that a test sees a node being missed. */
const FLAGS = ['--node-lease-seconds', '2', '--presence-grace-seconds', '1']

/** `npm run cluster`, and what it said when the nodes listened. */
async function startCluster() {
  const program = runProgram('../cluster/main.ts', ['--port', '0', '--', ...FLAGS])
  onTestFinished(() => void program.process.kill('SIGTERM'))
  const lineWith = async (text: string): Promise<string> => {
    for (;;) {
      const line = await Promise.race([program.next(), program.ended])
      if (typeof line !== 'string') throw new Error(`it ended: ${line.errors}`)
      if (line.includes(text)) return line
    }
  }
  const urls: string[] = []
  const pids: number[] = []
  for (let count = 0; count < 3; count += 1) {
    const [url, , pid] = (await lineWith('  process ')).trim().split(/ +/)
    urls.push(String(url))
    pids.push(Number(pid))
  }
  await lineWith('end them')
  return { program, lineWith, urls, pids }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('the nodes for trying are one service behind nginx, a killed one is named and can be started again, and all end together', async () => {
  const { program, lineWith, urls, pids } = await startCluster()
  const [first, second, third] = urls.map((url) => makeCalls(url))
  const front = makeCalls(await startNginx(urls))
  const there = third?.connect(await front.mint('ann'))
  const inFront = front.connect(await front.mint('bob'))
  expect(await there?.next()).toMatchObject({ type: 'welcome' })
  expect(await inFront.next()).toMatchObject({ type: 'welcome' })
  await first?.post('/v1/messages', { client_id: 'ann', data: 'from the first' })
  expect(await there?.next()).toMatchObject({ data: 'from the first' })
  await second?.post('/v1/broadcasts', { data: 'to all' })
  expect(await inFront.next()).toMatchObject({ data: 'to all' })

  process.kill(pids[2] as number, 'SIGKILL')
  expect(await lineWith('ended')).toBe(`${urls[2]}  ended: SIGKILL`)
  const advice = await lineWith('start it again')
  expect(await lineWith('took over what a node left')).toMatch(/"clients":\d/)

  const again = runProgram('main.ts', advice.split(' -- ')[1]?.split(' '))
  onTestFinished(() => void again.process.kill('SIGKILL'))
  expect(await again.next()).toContain(urls[2])
  const back = third?.connect(await front.mint('ann'))
  expect(await back?.next()).toMatchObject({ type: 'welcome' })

  back?.socket.terminate()
  again.process.kill('SIGKILL')
  await once(again.process, 'exit')
  program.process.kill('SIGINT')
  expect(await program.ended).toMatchObject({ code: 0, errors: '' })
  expect(pids.filter(isAlive)).toEqual([])
})
