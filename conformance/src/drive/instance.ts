/** Further services that a check starts: it alone knows how one is joined to the time and the record of a drive. */

import type { Recorder } from '../timeline/recorder.ts'
import { SetUpFailed } from './set-up-failed.ts'
import type { Site, Wishes } from './site.ts'
import { type Replying, type Webhooks, watchWebhooks } from './webhooks.ts'

/** Longest time by its own clock that an instance may take for its drain. */
const DRAIN_MS = 600_000

/** What an instance is started with. */
export interface Launching<D> {
  readonly site: Site
  readonly recorder: Recorder
  readonly patienceMs: number
  /** Path prefix of its webhooks. */
  readonly prefix: string
  /** Makes the drive of another site. */
  readonly driveOf: (site: Site) => D
  /** Adds something that is done when the drive ends. */
  readonly atEnd: (end: () => unknown) => void
}

/** An instance that a check started, with a drive of its own and a watch over its webhooks from the start. */
export interface LaunchedInstance<D> {
  readonly drive: D
  readonly webhooks: Webhooks
  readonly drain: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts a service under role `as`; throws {@link SetUpFailed} where the suite cannot. */
export async function launchInstance<D extends { finish(): Promise<void> }>(
  { site, recorder, patienceMs, prefix, driveOf, atEnd }: Launching<D>,
  as: string,
  replying?: Replying,
  wishes?: Wishes,
): Promise<LaunchedInstance<D>> {
  if (!site.launch || !site.receiver)
    throw new SetUpFailed('this target cannot be started by the suite')
  const { clock } = recorder
  const webhooks = watchWebhooks(
    recorder,
    site.receiver,
    as,
    ({ path }) => path.startsWith(`${prefix}/`),
    patienceMs,
    replying,
  )
  atEnd(() => webhooks.forget())
  const launched = await clock.during(
    site.launch(prefix, { ...wishes, ...(clock.join && { clock: 'virtual' as const }) }),
  )
  const leave = launched.site.clock && clock.join?.(launched.site.clock)
  recorder.record({ kind: 'instance', as, what: 'launched' })
  const drive = driveOf(launched.site)
  let isOver = false
  const end = async (how: 'drain' | 'stop'): Promise<void> => {
    isOver = true
    await clock.during(clock.within(launched[how](), DRAIN_MS))
    leave?.()
  }
  atEnd(() => drive.finish())
  atEnd(() => (isOver ? undefined : end('stop')))
  return {
    drive,
    webhooks,
    async drain() {
      recorder.record({ kind: 'instance', as, what: 'draining' })
      await end('drain')
      recorder.record({ kind: 'instance', as, what: 'drained' })
    },
    async stop() {
      await end('stop')
      recorder.record({ kind: 'instance', as, what: 'stopped' })
    },
  }
}
