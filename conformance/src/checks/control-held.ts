/** Checks of the chapter control about what is held for a client that the application disconnects. */

import type { Check } from '../check.ts'
import { type Scene, startScene } from '../drive/coming-back.ts'
import { disconnect } from '../drive/disconnecting.ts'
import type { Drive } from '../drive/drive.ts'
import { closed } from '../judges/connection.ts'
import { all, each } from '../judges/finding.ts'
import { accepted } from '../judges/message.ts'
import { received, resumed } from '../judges/resume.ts'

/** What a disconnect asks for besides, by how it is called. */
const DISCONNECTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  plain: {},
  revoking: { revoke_tokens: true },
}

/** Reads one, is sent one more, and goes when `end` makes it go; misses two and comes back as role `back ...`. */
async function goAndComeBack(
  drive: Drive,
  as: string,
  end: (scene: Scene, leave: () => void) => Promise<unknown>,
): Promise<void> {
  const scene = startScene(drive, 'messages')
  const { connection, cursor } = await scene.read(as)
  await scene.postSome(`sent ${as}`, 1)
  await end(scene, () => connection.drop())
  await connection.ended()
  await scene.postSome(`missed ${as}`, 1)
  const back = await scene.come(`back ${as}`, cursor)
  await scene.fence(back, `later ${as}`)
}

/** The connection of this role was resumed, and sent what was posted to it and what it missed. */
const backWithAll = (as: string): ReturnType<typeof all> =>
  all(
    resumed(`back ${as}`, true),
    received(`back ${as}`, [`sent ${as}`, `missed ${as}`, `later ${as}`]),
  )

/** In the order of the chapter. */
export const CONTROL_HELD_CHECKS: readonly Check[] = [
  {
    id: 'control.held-for-present.kept',
    proves: 'control.held.kept',
    profiles: ['resume'],
    drive: async (drive) => {
      await goAndComeBack(drive, 'control', async (_scene, leave) => leave())
      for (const [as, members] of Object.entries(DISCONNECTS))
        await goAndComeBack(drive, as, ({ clientId }) =>
          disconnect(drive, `disconnect ${as}`, clientId, members),
        )
    },
    control: all(
      backWithAll('control'),
      each(Object.keys(DISCONNECTS), (as) => closed(as, 'disconnected-by-application')),
    ),
    judge: each(Object.keys(DISCONNECTS), backWithAll),
    killedBy: ['drops-held-at-disconnect', 'drops-held-at-revocation'],
  },
  {
    id: 'control.held-for-absent.kept',
    proves: 'control.held.kept',
    profiles: ['resume'],
    drive: async (drive) => {
      await goAndComeBack(drive, 'control', async (_scene, leave) => leave())
      for (const [as, members] of Object.entries(DISCONNECTS))
        await goAndComeBack(drive, as, async ({ clientId, postSome }, leave) => {
          leave()
          await postSome(`sent ${as}`, 1)
          await disconnect(drive, `disconnect ${as}`, clientId, members)
        })
    },
    control: all(
      backWithAll('control'),
      each(Object.keys(DISCONNECTS), (as) => accepted(`sent ${as}`)),
    ),
    judge: each(Object.keys(DISCONNECTS), backWithAll),
    killedBy: ['drops-held-at-disconnect', 'drops-held-at-revocation'],
  },
]
