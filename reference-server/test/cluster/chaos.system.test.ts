import { expect, test, vi } from 'vitest'
import { startNodes } from '../brokers/start-nodes.ts'
import type { ServiceProcess } from '../start-process.ts'
import { makeCalls } from '../start-service.ts'
import { type Reports, takeReports } from './reports.ts'
import { startNginx } from './start-nginx.ts'
import { type Accepted, startTraffic, type Traffic } from './traffic.ts'
import { makeWitness, type Witness } from './witness.ts'

const CLIENTS = 18
const LONG = { timeout: 60_000, interval: 100 }
/** A grace longer than a client of a busy machine is away, and a window that holds all that it misses. */
const FLAGS = ['--presence-grace-seconds', '2', '--resume-messages', '100000']
const ON_DISK = ['--appendonly', 'yes', '--appendfsync', 'always']

interface Scene {
  nodes: readonly ServiceProcess[]
  store: Awaited<ReturnType<typeof startNodes>>['store']
  witnesses: readonly Witness[]
  reports: Reports
  traffic: Traffic
  /** Nodes that nobody asks at the moment. */
  down: Set<ServiceProcess>
  say(what: string): void
}

async function startScene(
  redis: readonly string[],
  front?: (nodes: readonly ServiceProcess[]) => Promise<ServiceProcess>,
): Promise<Scene> {
  const { nodes, store, receiver } = await startNodes(3, { flags: FLAGS, redis })
  const doors = front ? [await front(nodes)] : nodes
  const reports = takeReports(receiver)
  const down = new Set<ServiceProcess>()
  const isUp = (node: ServiceProcess): boolean => !down.has(node)
  const witnesses = Array.from({ length: CLIENTS }, (_, at) =>
    makeWitness(`client-${at}`, doors, at % doors.length, isUp),
  )
  await vi.waitFor(() => expect(witnesses.every(({ isThere }) => isThere())).toBe(true), LONG)
  const startedAt = performance.now()
  const traffic = startTraffic(witnesses, doors, isUp)
  const say = (what: string): void => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)
    const arrived = witnesses.reduce((sum, one) => sum + one.arrived.size, 0)
    console.log(
      `${seconds} s  ${what}: ${traffic.accepted.length} accepted, ${traffic.refused} refused, ${arrived} arrived`,
    )
  }
  return { nodes, store, witnesses, reports, traffic, down, say }
}

/** Waits until so many posts more were accepted. */
async function posts({ traffic }: Scene, more: number): Promise<void> {
  const enough = traffic.accepted.length + more
  await vi.waitFor(() => expect(traffic.accepted.length).toBeGreaterThan(enough), LONG)
}

const at = (scene: Scene, node: ServiceProcess | undefined): Witness[] =>
  scene.witnesses.filter((witness) => witness.node === node && witness.isThere())

/** Whether a witness was told that it may have lost a message. */
function isAnnounced({ losses }: Witness, { epoch, seq }: Accepted): boolean {
  return losses.some(({ after, upTo }) => {
    const isLater = !after || epoch > after.epoch || (epoch === after.epoch && seq > after.seq)
    return isLater && (epoch < upTo.epoch || (epoch === upTo.epoch && seq <= upTo.seq))
  })
}

/** What was accepted for a witness that is there, did not arrive, and was not announced as lost. */
function missing({ witnesses, traffic }: Scene): string[] {
  const there = witnesses.filter(({ isThere }) => isThere())
  return there.flatMap((witness) =>
    traffic.accepted
      .filter(({ clientId }) => clientId === witness.clientId)
      .filter((one) => !witness.arrived.has(one.id) && !isAnnounced(witness, one))
      .map(({ id }) => `${witness.clientId} ${id}`),
  )
}

/** The end: everybody who wants to be is there, and everything that was accepted has arrived or was announced as lost. */
async function settle(scene: Scene, gone: readonly Witness[]): Promise<void> {
  const { witnesses, traffic, reports, nodes, down } = scene
  await traffic.stop()
  const back = witnesses.filter((witness) => !gone.includes(witness))
  await vi.waitFor(() => {
    expect(back.filter(({ isThere }) => !isThere())).toEqual([])
    expect(missing(scene)).toEqual([])
  }, LONG)
  scene.say('the end')
  expect(witnesses.flatMap(({ complaints }) => complaints)).toEqual([])
  expect(reports.ambiguous()).toEqual([])
  const node = nodes.find((one) => !down.has(one)) as ServiceProcess
  await vi.waitFor(async () => {
    for (const { clientId } of witnesses) {
      const query = new URLSearchParams({ client_id: clientId })
      const read = await (await node.call('GET', `/v1/presence?${query}`)).json()
      const told = reports.newest(clientId)
      expect(read).toMatchObject({ online: told?.event === 'connected', epoch: told?.epoch })
    }
  }, LONG)
}

test('of three nodes one dies, one stands still, and their Redis is started again: nothing is lost, out of order or there twice', async () => {
  const scene = await startScene(ON_DISK)
  const { nodes, store, reports, down, say } = scene
  const [, still, dying] = nodes
  await posts(scene, 200)
  say('three nodes')

  const gone = at(scene, dying).slice(0, 3)
  for (const witness of gone) witness.resign()
  down.add(dying as ServiceProcess)
  await dying?.kill()
  say('the third was killed')
  await posts(scene, 200)
  await vi.waitFor(
    () =>
      expect(gone.map(({ clientId }) => reports.count(clientId, 'node-lost'))).toEqual([1, 1, 1]),
    LONG,
  )
  say('those who did not come back are reported node-lost, once each')

  const held = at(scene, still)
  down.add(still as ServiceProcess)
  still?.program.process.kill('SIGSTOP')
  say('the second stands still')
  await posts(scene, 200)
  await vi.waitFor(
    () => expect(held.every(({ clientId }) => reports.count(clientId, 'node-lost') > 0)).toBe(true),
    LONG,
  )
  say('its clients are reported node-lost')
  still?.program.process.kill('SIGCONT')
  await vi.waitFor(() => expect(held.every(({ closes }) => closes.includes(4202))).toBe(true), LONG)
  down.delete(still as ServiceProcess)
  say('it goes on, and has sent its clients away with 4202')
  await posts(scene, 200)

  await store.kill()
  say('Redis was killed')
  await vi.waitFor(() => expect(scene.traffic.refused).toBeGreaterThan(20), LONG)
  await store.start()
  say('Redis is back')
  await posts(scene, 200)

  await settle(scene, gone)
  const surprises = scene.witnesses.flatMap(({ losses }) => losses.filter(({ after }) => after))
  expect(surprises).toEqual([])
})

test('a Redis that forgets everything costs what it held, and says so to everybody', async () => {
  const scene = await startScene([])
  await posts(scene, 200)
  scene.say('three nodes')
  await scene.store.restart()
  scene.say('Redis was killed and started empty')
  await vi.waitFor(
    () => expect(scene.witnesses.every(({ closes }) => closes.includes(4202))).toBe(true),
    LONG,
  )
  await posts(scene, 200)
  scene.say('everybody was sent away with 4202')
  await settle(scene, [])
})

test('behind nginx nobody needs to know which node it is, or that one died', async () => {
  const scene = await startScene(ON_DISK, async (nodes) => {
    const baseUrl = await startNginx(nodes.map((node) => node.baseUrl))
    return { ...(nodes[0] as ServiceProcess), ...makeCalls(baseUrl), baseUrl }
  })
  await posts(scene, 200)
  scene.say('three nodes behind nginx')
  scene.down.add(scene.nodes[2] as ServiceProcess)
  await scene.nodes[2]?.kill()
  scene.say('the third was killed')
  await vi.waitFor(
    () => expect(scene.witnesses.some(({ welcomes }) => welcomes > 1)).toBe(true),
    LONG,
  )
  await posts(scene, 200)
  await settle(scene, [])
  const surprises = scene.witnesses.flatMap(({ losses }) => losses.filter(({ after }) => after))
  expect(surprises).toEqual([])
})
