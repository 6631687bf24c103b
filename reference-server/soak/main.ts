/** The program of the soak: flags to rounds, and rounds to an exit code. */
import { makeBooks } from './books.ts'
import { makeCalls } from './calls.ts'
import { startListeners } from './listeners.ts'
import { makePoster } from './poster.ts'
import { makeRandom } from './random.ts'
import { startReceiver } from './receiver.ts'
import { describeEnd, describeRound } from './report.ts'
import { playRound, type RoundEnd } from './round.ts'
import { startSoakedService } from './service.ts'
import { HELP, readSettings, type Settings } from './settings.ts'
import { makeSockets, type Sockets } from './sockets.ts'
import { makeWatch } from './watch.ts'

const BROKEN = 1
const USAGE = 2
const UNABLE = 3
const HOSTS = 3
const startedMs = performance.now()

function say(line: string): void {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1).padStart(7)
  process.stdout.write(`${seconds} s  ${line}\n`)
}

async function soak(settings: Settings): Promise<RoundEnd[]> {
  const { seed, rate } = settings
  const clientIds = Array.from({ length: settings.clients }, (_, at) => `client ${at + 1}`)
  // Each has its own, so that the plan does not depend on who happens to ask first.
  const random = makeRandom(seed)
  const randomFor = (part: number) => makeRandom(seed + part)
  const watch = makeWatch()
  const books = makeBooks()
  let sockets: Sockets | undefined
  const receiver = await startReceiver({ onWebhook: (webhook) => sockets?.take(webhook) })
  const service = await startSoakedService(settings.broker, [
    ...receiver.flags,
    ...settings.serverFlags,
  ])
  const calls = makeCalls(service.baseUrl)
  const pages = makeSockets(calls, randomFor(1))
  sockets = pages
  const faults: string[] = []
  const onFault = (fault: string): void => {
    faults.push(fault)
  }
  const listeners = startListeners({
    ...{ clientIds, hosts: HOSTS, calls, books, random: randomFor(2) },
    onSocketWord: pages.hear,
    onWord: watch.changed,
    onDefect: onFault,
  })
  const poster = makePoster({ clientIds, rate, calls, books, random: randomFor(3), onFault })
  const rounds: RoundEnd[] = []
  const beganMs = performance.now()
  try {
    // However long the start took: without a round nothing was seen.
    do {
      const number = rounds.length + 1
      const end = await playRound({
        ...{ number, clientIds, hosts: HOSTS, random, books, calls, poster, say },
        ...{ service, receiver, listeners, sockets: pages, watch },
        isDurable: settings.broker !== 'memory',
      })
      end.faults.push(...faults.splice(0))
      rounds.push(end)
      for (const line of describeRound(number, end)) say(line)
    } while (performance.now() - beganMs < settings.minutes * 60_000)
  } finally {
    await listeners.stop()
    await service.stop()
    await calls.stop()
    await receiver.stop()
  }
  const again = `npm run soak -- --seed ${seed} --broker ${settings.broker} --clients ${settings.clients} --rate ${rate}`
  for (const line of describeEnd(rounds, pages.echoes(), again)) say(line)
  return rounds
}

async function main(): Promise<number> {
  let settings: Settings | undefined
  try {
    settings = readSettings(process.argv.slice(2))
  } catch (cause) {
    process.stderr.write(`soak: ${(cause as Error).message}\n`)
    return USAGE
  }
  if (!settings) {
    process.stdout.write(HELP)
    return 0
  }
  const { minutes, seed, clients, rate, broker } = settings
  say(
    `${minutes} minutes, ${clients} clients, ${rate} posts a second, state in ${broker}, seed ${seed}`,
  )
  const rounds = await soak(settings)
  return rounds.every(({ faults }) => faults.length === 0) ? 0 : BROKEN
}

process.exitCode = await main().catch((cause: unknown) => {
  process.stderr.write(`soak: it could not go on: ${(cause as Error).message}\n`)
  return UNABLE
})
