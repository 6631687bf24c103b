/** Checks of the chapter application, section users: who is listed, who is told, who is forgotten. */

import type { Check } from '../check.ts'
import type { ApplicationDrive, Page, User } from '../drive/application.ts'
import { connected, disconnected, freshEpoch, started } from '../drive/application-reports.ts'
import type { Drive } from '../drive/drive.ts'
import { answeredWith, taken, welcomedAsSignedIn } from '../judges/application.ts'
import { growingLists, lists, listsNot, pushedList } from '../judges/application-list.ts'
import { heard } from '../judges/application-post.ts'
import { answeredAs } from '../judges/call.ts'
import { all } from '../judges/finding.ts'

/** Seconds after which a user is idle, or was not opened in time, and how late that may be acted on. */
const LIFE = { idle: 600, unopened: 120, late: 60 } as const
const FORGOTTEN = { idle: LIFE.idle + LIFE.late + 1, unopened: LIFE.unopened + LIFE.late + 1 }

const COMERS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'] as const

/** Does something, and waits until a list that the page is sent after it has the user, or lacks it. */
async function seeAfter(
  application: ApplicationDrive,
  page: Page,
  { clientId }: User,
  isThere: boolean,
  act: () => unknown,
): Promise<void> {
  const before = application.now()
  await act()
  await page.sees(clientId, isThere, before)
}

/** A post under the role `control`, then what happens in between, then a post under the role `later`. */
async function sayAround(
  { application, text }: Drive,
  user: User,
  between: () => Promise<void>,
): Promise<void> {
  await application.say('control', user, text())
  await between()
  await application.say('later', user, text())
}

/** In the order of the chapter. */
export const APPLICATION_USERS_CHECKS: readonly Check[] = [
  {
    id: 'application.users.as-reported',
    proves: 'application.users.present',
    needs: ['webhook-secret'],
    drive: async (drive) => {
      const { application } = drive
      const epoch = freshEpoch()
      await application.enter('page')
      await application.login('fresh')
      const online = await application.login('online')
      await application.report('comes', connected(online, { epoch, version: 1 }))
      const gone = await application.login('gone')
      await application.report('comes', connected(gone, { epoch, version: 1 }))
      await application.report('goes', disconnected(gone, { epoch, version: 2 }))
      const back = await application.login('back')
      await application.report('goes', disconnected(back, { epoch, version: 2 }))
      await application.report('comes', connected(back, { epoch, version: 3 }))
      await application.login('reader')
    },
    control: all(taken('comes'), taken('goes'), answeredAs('fresh', 200, 'LoginAnswer')),
    judge: all(lists('reader', 'page', 'fresh', 'online', 'back'), listsNot('reader', 'gone')),
    killedBy: [
      'lists-gone-users',
      'lists-online-users-alone',
      'lists-users-twice',
      'keeps-gone-users-away',
      'ignores-disconnected',
    ],
  },
  {
    id: 'application.users.strangers-unlisted',
    proves: 'application.users.present',
    needs: ['webhook-secret'],
    drive: async (drive) => {
      const { application } = drive
      const [user, stranger] = [await application.login('user'), drive.clientId()]
      const mark = { epoch: freshEpoch(), version: 1 }
      await application.report('known', connected(user, mark))
      await application.report('unknown', connected({ clientId: stranger }, mark))
      await application.send('reader', 'GET', '/login')
      drive.note('stranger', stranger)
    },
    control: all(taken('known'), lists('reader', 'user')),
    judge: listsNot('reader', 'stranger'),
    killedBy: ['lists-unknown-users'],
  },
  {
    id: 'application.users.sign-in-told',
    proves: 'application.users.coming',
    alone: true,
    drive: async ({ application }) => {
      const page = await application.enter('page')
      await page.sees(page.clientId)
      const newcomer = await application.login('newcomer')
      await page.sees(newcomer.clientId)
    },
    control: all(welcomedAsSignedIn('page'), lists('newcomer', 'page', 'newcomer')),
    judge: pushedList('page', 'newcomer', true, 'newcomer'),
    killedBy: ['keeps-sign-ins-quiet'],
  },
  {
    id: 'application.users.first-report-told',
    proves: 'application.users.coming',
    needs: ['webhook-secret'],
    alone: true,
    drive: async ({ application }) => {
      const page = await application.enter('page')
      const user = await application.login('newcomer')
      await page.sees(user.clientId)
      await seeAfter(application, page, user, true, () =>
        application.report('report', connected(user, { epoch: freshEpoch(), version: 1 })),
      )
    },
    control: all(taken('report'), pushedList('page', 'newcomer', true, 'newcomer')),
    judge: pushedList('page', 'newcomer', true, 'report'),
    killedBy: ['keeps-first-reports-quiet'],
  },
  {
    id: 'application.users.return-told',
    proves: 'application.users.coming',
    needs: ['webhook-secret'],
    alone: true,
    drive: async ({ application }) => {
      const epoch = freshEpoch()
      const page = await application.enter('page')
      const user = await application.login('user')
      await page.sees(user.clientId)
      await seeAfter(application, page, user, false, () =>
        application.report('goes', disconnected(user, { epoch, version: 2 })),
      )
      await seeAfter(application, page, user, true, () =>
        application.report('returns', connected(user, { epoch, version: 3 })),
      )
    },
    control: all(taken('goes'), taken('returns'), pushedList('page', 'user', false, 'goes')),
    judge: pushedList('page', 'user', true, 'returns'),
    killedBy: ['keeps-returns-quiet', 'keeps-gone-users-away'],
  },
  {
    id: 'application.users.going-told',
    proves: 'application.users.going',
    needs: ['reports'],
    alone: true,
    drive: async ({ application }) => {
      const page = await application.enter('page')
      const user = await application.enter('user')
      await page.sees(user.clientId)
      await user.sees(page.clientId)
      await seeAfter(application, page, user, false, () => user.connection.close(1000))
    },
    control: all(welcomedAsSignedIn('page'), welcomedAsSignedIn('user')),
    judge: pushedList('page', 'user', false, 'user'),
    killedBy: ['keeps-goings-quiet', 'lists-gone-users', 'ignores-disconnected'],
  },
  {
    id: 'application.users.void-told',
    proves: 'application.users.going',
    needs: ['webhook-secret'],
    alone: true,
    drive: async ({ application }) => {
      const page = await application.enter('page')
      const user = await application.login('user')
      const epoch = page.epoch - 1
      await application.report('comes', connected(user, { epoch, version: 1 }))
      await page.sees(user.clientId)
      await seeAfter(application, page, user, false, () =>
        application.report('started', started(page.epoch)),
      )
    },
    control: all(welcomedAsSignedIn('page'), taken('comes'), taken('started')),
    judge: pushedList('page', 'user', false, 'started'),
    killedBy: ['keeps-voided-quiet', 'ignores-started', 'voids-everybody', 'voids-the-floor-too'],
  },
  {
    id: 'application.users.forgetting-told',
    proves: 'application.users.going',
    needs: ['clock'],
    alone: true,
    drive: async ({ application }) => {
      const page = await application.enter('page')
      await page.sees(page.clientId)
      const user = await application.login('user')
      await page.sees(user.clientId)
      await seeAfter(application, page, user, false, () => application.advance(FORGOTTEN.unopened))
    },
    control: pushedList('page', 'user', true, 'user'),
    judge: pushedList('page', 'user', false, 'clock'),
    killedBy: ['keeps-forgetting-quiet', 'never-forgets-unopened'],
  },
  {
    id: 'application.users.newest-last',
    proves: 'application.users.newest',
    drive: async ({ application }) => {
      const page = await application.enter('page')
      for (const as of COMERS) {
        const { clientId } = await application.login(as)
        await page.sees(clientId)
      }
    },
    control: pushedList('page', 'sixth', true, 'sixth'),
    judge: growingLists('page', COMERS),
    killedBy: ['repeats-older-lists'],
  },
  {
    id: 'application.idle.refused',
    proves: 'application.idle.forgotten',
    needs: ['clock', 'webhook-secret'],
    alone: true,
    drive: async (drive) => {
      const { application } = drive
      const user = await application.login('user')
      await application.report('goes', disconnected(user, { epoch: freshEpoch(), version: 2 }))
      await sayAround(drive, user, () => application.advance(FORGOTTEN.idle))
    },
    control: all(taken('goes'), answeredWith('control', 200)),
    judge: answeredWith('later', 403),
    killedBy: ['never-forgets-idle'],
  },
  {
    id: 'application.unopened.refused',
    proves: 'application.unopened.forgotten',
    needs: ['clock'],
    alone: true,
    drive: async (drive) => {
      const { application } = drive
      const user = await application.login('user')
      await sayAround(drive, user, () => application.advance(FORGOTTEN.unopened))
      await application.login('reader')
    },
    control: answeredWith('control', 200),
    judge: all(answeredWith('later', 403), listsNot('reader', 'user')),
    killedBy: ['never-forgets-unopened'],
  },
  {
    id: 'application.user.silent-kept',
    proves: 'application.user.kept',
    needs: ['clock'],
    alone: true,
    drive: async (drive) => {
      const { application } = drive
      const page = await application.enter('page')
      await page.sees(page.clientId)
      const value = drive.text()
      await application.say('control', page, value)
      await page.hears(value)
      await application.advance(2 * LIFE.idle)
      await application.say('later', page, drive.text())
      await application.login('reader')
    },
    control: all(answeredWith('control', 200), heard('page', 'control'), lists('reader', 'reader')),
    judge: all(answeredWith('later', 200), lists('reader', 'page')),
    killedBy: ['forgets-silent-users'],
  },
  {
    id: 'application.user.stirring-kept',
    proves: 'application.user.kept',
    needs: ['clock', 'webhook-secret'],
    alone: true,
    drive: async (drive) => {
      const { application } = drive
      const epoch = freshEpoch()
      const user = await application.login('user')
      await sayAround(drive, user, async () => {
        await application.report('comes', connected(user, { epoch, version: 1 }))
        await application.advance(LIFE.idle + 100)
        await application.report('goes', disconnected(user, { epoch, version: 2 }))
        await application.advance(LIFE.idle - 100)
        await application.say('post', user, drive.text())
        await application.advance(LIFE.idle - 100)
      })
    },
    control: all(answeredWith('control', 200), taken('comes'), taken('goes')),
    judge: all(answeredWith('post', 200), answeredWith('later', 200)),
    killedBy: [
      'counts-idle-from-last-post',
      'counts-idle-from-going-alone',
      'forgets-at-once',
      'forgets-silent-users',
    ],
  },
  {
    id: 'application.user.fresh-kept',
    proves: 'application.user.kept',
    needs: ['clock'],
    alone: true,
    drive: async (drive) => {
      const { application } = drive
      const user = await application.login('user')
      await sayAround(drive, user, () => application.advance(LIFE.unopened - 20))
    },
    control: answeredWith('control', 200),
    judge: answeredWith('later', 200),
    killedBy: ['forgets-fresh-users-early'],
  },
]
