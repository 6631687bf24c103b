/** Checks of the chapter presence, duties of the application: which report counts; the suite plays the service. */

import type { Check } from '../check.ts'
import {
  connected,
  disconnected,
  freshEpoch,
  type Mark,
  started,
} from '../drive/application-reports.ts'
import { taken } from '../judges/application.ts'
import { lists, listsNot } from '../judges/application-list.ts'
import { all } from '../judges/finding.ts'

/** The reports about one user, in the order in which they are sent, and whether it is listed afterwards. */
function versions(
  id: string,
  proves: string,
  reports: readonly (readonly ['comes' | 'goes', (epoch: number) => Mark])[],
  isListed: boolean,
  ...killedBy: Check['killedBy']
): Check {
  const steps = reports.map((_report, index) => `report ${index + 1}`)
  return {
    id,
    proves,
    needs: ['webhook-secret'],
    drive: async ({ application }) => {
      const epoch = freshEpoch()
      const [user, other] = [await application.login('user'), await application.login('other')]
      for (const [index, [what, mark]] of reports.entries()) {
        const make = what === 'comes' ? connected : disconnected
        await application.report(steps[index] ?? '', make(user, mark(epoch)))
      }
      await application.report('control', disconnected(other, { epoch, version: 2 }))
      await application.login('reader')
    },
    control: all(
      taken('control'),
      listsNot('reader', 'other'),
      lists('reader', 'reader'),
      ...steps.map((as) => taken(as)),
    ),
    judge: isListed ? lists('reader', 'user') : listsNot('reader', 'user'),
    killedBy,
  }
}

const NEWEST = 'presence.application.newest'
const NEWER = 'presence.application.newer'

/** In the order of the chapter. */
export const APPLICATION_VERSION_CHECKS: readonly Check[] = [
  versions(
    'presence.older-version.ignored',
    NEWEST,
    [
      ['goes', (epoch) => ({ epoch, version: 2 })],
      ['comes', (epoch) => ({ epoch, version: 1 })],
    ],
    false,
    'ignores-versions',
  ),
  versions(
    'presence.older-version.compared-as-number',
    NEWEST,
    [
      ['goes', (epoch) => ({ epoch, version: 10 })],
      ['comes', (epoch) => ({ epoch, version: 9 })],
    ],
    false,
    'compares-versions-as-text',
    'ignores-versions',
  ),
  versions(
    'presence.older-epoch.ignored',
    NEWEST,
    [
      ['goes', (epoch) => ({ epoch, version: 2 })],
      ['comes', (epoch) => ({ epoch: epoch - 1, version: 7 })],
    ],
    false,
    'compares-versions-without-epoch',
    'ignores-versions',
  ),
  versions(
    'presence.newer-version.compared-as-number',
    NEWER,
    [
      ['comes', (epoch) => ({ epoch, version: 9 })],
      ['goes', (epoch) => ({ epoch, version: 10 })],
    ],
    false,
    'compares-versions-as-text',
    'ignores-disconnected',
  ),
  versions(
    'presence.newer-version.taken-with-gap',
    NEWER,
    [
      ['comes', (epoch) => ({ epoch, version: 1 })],
      ['goes', (epoch) => ({ epoch, version: 6 })],
    ],
    false,
    'wants-next-version',
    'ignores-disconnected',
  ),
  versions(
    'presence.newer-epoch.taken',
    NEWER,
    [
      ['goes', (epoch) => ({ epoch, version: 6 })],
      ['comes', (epoch) => ({ epoch: epoch + 1, version: 1 })],
    ],
    true,
    'compares-versions-without-epoch',
    'keeps-gone-users-away',
    'wants-next-version',
  ),
  {
    id: 'presence.floor.voids-older',
    proves: 'presence.application.floor',
    needs: ['webhook-secret'],
    alone: true,
    drive: async ({ application }) => {
      const { epoch: floor } = await application.enter('page')
      const users = { older: floor - 1, same: floor, newer: floor + 1 }
      for (const [as, epoch] of Object.entries(users))
        await application.report(
          'comes',
          connected(await application.login(as), { epoch, version: 1 }),
        )
      await application.login('fresh')
      await application.login('before')
      await application.report('started', started(floor))
      await application.login('reader')
    },
    control: all(taken('comes'), lists('before', 'older', 'same', 'newer', 'fresh')),
    judge: all(
      taken('started'),
      lists('reader', 'same', 'newer', 'fresh'),
      listsNot('reader', 'older'),
    ),
    killedBy: ['ignores-started', 'voids-everybody', 'voids-the-floor-too'],
  },
  {
    id: 'presence.floor.outlives-started',
    proves: 'presence.application.floor',
    needs: ['webhook-secret'],
    alone: true,
    drive: async ({ application }) => {
      const { epoch: floor } = await application.enter('page')
      const epoch = floor - 1
      const [late, returned] = [
        await application.login('late'),
        await application.login('returned'),
      ]
      await application.report('goes', disconnected(late, { epoch, version: 2 }))
      await application.report('goes', disconnected(returned, { epoch, version: 2 }))
      await application.report('started', started(floor))
      await application.report('comes', connected(late, { epoch, version: 3 }))
      await application.report('comes', connected(returned, { epoch: floor, version: 1 }))
      await application.login('reader')
    },
    control: all(taken('goes'), taken('started'), lists('reader', 'returned')),
    judge: listsNot('reader', 'late'),
    killedBy: ['forgets-floor'],
  },
]
