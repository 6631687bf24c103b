/** Checks of the chapter webhook, duties of the application: which requests it believes; the suite is the forger. */

import type { Check } from '../check.ts'
import type { Reporting, SignedRequest, User } from '../drive/application.ts'
import { connected, disconnected, freshEpoch, started } from '../drive/application-reports.ts'
import type { Drive } from '../drive/drive.ts'
import { answeredWith, taken } from '../judges/application.ts'
import { lists, listsNot } from '../judges/application-list.ts'
import { all } from '../judges/finding.ts'

/** A way to make a report that an application refuses, out of the one that it believes. */
type Defect = (drive: Drive, now: number) => Reporting

/**
 * Two users go: one by the report under test, which is refused, the other by the same report without the defect.
 * What the list then says of either is what was believed.
 */
function refusedReport(
  id: string,
  proves: string,
  statuses: readonly number[],
  defect: Defect,
  ...killedBy: Check['killedBy']
): Check {
  return {
    id,
    proves,
    needs: ['webhook-secret'],
    drive: async (drive) => {
      const { application } = drive
      const mark = { epoch: freshEpoch(), version: 2 }
      const [stays, goes] = [await application.login('stays'), await application.login('goes')]
      const spoilt = defect(drive, Math.floor(Date.now() / 1000))
      await application.report('defect', disconnected(stays, mark), spoilt)
      await application.report('control', disconnected(goes, mark))
      await application.login('reader')
    },
    control: all(taken('control'), listsNot('reader', 'goes'), lists('reader', 'reader')),
    judge: all(answeredWith('defect', ...statuses), lists('reader', 'stays')),
    killedBy,
  }
}

const withHeader =
  (name: string, change: (value: string) => string | undefined) =>
  ({ headers, body }: SignedRequest): SignedRequest => {
    const { [name]: old = '', ...others } = headers
    const value = change(old)
    return { headers: value === undefined ? others : { ...others, [name]: value }, body }
  }

const unsigned = (id: string, spoil: Reporting['spoil'], ...killedBy: Check['killedBy']): Check =>
  refusedReport(
    id,
    'webhook.receiver.signature',
    [401, 403],
    () => (spoil ? { spoil } : {}),
    ...killedBy,
  )

/** A secret that nobody was given. */
const STRANGE_SECRET = `whsec_${Buffer.from('nobody-was-ever-given-this-secret').toString('base64')}`

const aged = (id: string, timestamp: (now: number) => string, ...killedBy: Check['killedBy']) =>
  refusedReport(
    id,
    'webhook.receiver.age',
    [401, 403],
    (_drive, now) => ({ timestamp: timestamp(now) }),
    ...killedBy,
  )

/** In the order of the chapter. */
export const APPLICATION_REPORT_CHECKS: readonly Check[] = [
  unsigned(
    'webhook.unsigned.refused',
    ({ body }) => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }),
    'skips-signature',
    'trusts-unsigned-webhooks',
    'acts-before-verifying',
  ),
  unsigned(
    'webhook.changed-body.refused',
    ({ headers, body }) => ({ headers, body: `${body}&room=a` }),
    'skips-signature',
    'acts-before-verifying',
    'verifies-without-body',
  ),
  unsigned(
    'webhook.changed-id.refused',
    withHeader('webhook-id', (id) => `${id}x`),
    'skips-signature',
    'acts-before-verifying',
    'verifies-body-alone',
  ),
  unsigned(
    'webhook.changed-timestamp.refused',
    withHeader('webhook-timestamp', (timestamp) => `${Number(timestamp) - 1}`),
    'skips-signature',
    'acts-before-verifying',
    'verifies-body-alone',
  ),
  unsigned(
    'webhook.other-version.refused',
    withHeader('webhook-signature', (signature) => signature.replace(/^v1,/, 'v0,')),
    'skips-signature',
    'acts-before-verifying',
    'takes-any-signature-version',
  ),
  refusedReport(
    'webhook.strange-secret.refused',
    'webhook.receiver.signature',
    [401, 403],
    () => ({ secret: STRANGE_SECRET }),
    'skips-signature',
    'acts-before-verifying',
  ),
  {
    id: 'webhook.refused-id.unremembered',
    proves: 'webhook.receiver.signature',
    needs: ['webhook-secret'],
    drive: async (drive) => {
      const { application } = drive
      const report = disconnected(await application.login('user'), {
        epoch: freshEpoch(),
        version: 2,
      })
      const id = `msg_${drive.clientId()}`
      await application.report('forged', report, { id, secret: STRANGE_SECRET })
      await application.report('real', report, { id })
      await application.login('reader')
    },
    control: all(answeredWith('forged', 401, 403), taken('real')),
    judge: listsNot('reader', 'user'),
    killedBy: ['remembers-refused-ids'],
  },
  {
    id: 'webhook.several-signatures.accepted',
    proves: 'webhook.receiver.secrets',
    needs: ['webhook-secret'],
    drive: async (drive) => {
      const { application } = drive
      const report = async (as: string, spoil?: Reporting['spoil']) => {
        const user = await application.login(`user of ${as}`)
        const fields = disconnected(user, { epoch: freshEpoch(), version: 2 })
        await application.report(as, fields, spoil && { spoil })
      }
      const other = `v1,${Buffer.from('a signature of another secret...').toString('base64')}`
      await report('control')
      await report(
        'last',
        withHeader('webhook-signature', (right) => `v1a,x ${other} ${right}`),
      )
      await report(
        'first',
        withHeader('webhook-signature', (right) => `${right} ${other}`),
      )
      await application.login('reader')
    },
    control: all(taken('control'), listsNot('reader', 'user of control')),
    judge: all(taken('last'), taken('first'), listsNot('reader', 'user of last', 'user of first')),
    killedBy: ['reads-first-signature-alone', 'reads-last-signature-alone'],
  },
  {
    id: 'webhook.second-secret.accepted',
    proves: 'webhook.receiver.secrets',
    needs: ['second-secret'],
    drive: async ({ application }) => {
      const report = async (as: string, secret: number) => {
        const user = await application.login(`user of ${as}`)
        const fields = disconnected(user, { epoch: freshEpoch(), version: 2 })
        await application.report(as, fields, { secret })
      }
      await report('control', 0)
      await report('second', 1)
      await application.login('reader')
    },
    control: all(taken('control'), listsNot('reader', 'user of control')),
    judge: all(taken('second'), listsNot('reader', 'user of second')),
    killedBy: ['knows-first-secret-alone'],
  },
  aged('webhook.old.refused', (now) => `${now - 360}`, 'ignores-age', 'ignores-old-age'),
  aged('webhook.early.refused', (now) => `${now + 360}`, 'ignores-age', 'ignores-early-age'),
  aged('webhook.milliseconds.refused', (now) => `${now}000`, 'ignores-age', 'ignores-early-age'),
  aged('webhook.wordy-timestamp.refused', () => 'now', 'takes-strange-timestamps'),
  refusedReport(
    'webhook.disconnected-elsewhere.refused',
    'webhook.receiver.event',
    [400, 401, 403],
    () => ({ route: 'connected' }),
    'ignores-routes',
  ),
  {
    id: 'webhook.connected-elsewhere.refused',
    proves: 'webhook.receiver.event',
    needs: ['webhook-secret'],
    drive: async ({ application }) => {
      const epoch = freshEpoch()
      const [stays, goes] = [await application.login('stays'), await application.login('goes')]
      const moved = connected(stays, { epoch, version: 1 })
      await application.report('defect', moved, { route: 'disconnected' })
      await application.report('control', disconnected(goes, { epoch, version: 2 }))
      await application.login('reader')
    },
    control: all(taken('control'), listsNot('reader', 'goes'), lists('reader', 'reader')),
    judge: all(answeredWith('defect', 400, 401, 403), lists('reader', 'stays')),
    killedBy: ['ignores-routes', 'believes-route-over-event'],
  },
  {
    id: 'webhook.harmless.answered',
    proves: 'webhook.receiver.answered',
    needs: ['webhook-secret'],
    drive: async (drive) => {
      const { application } = drive
      const epoch = freshEpoch()
      const user: User = await application.login('user')
      const [id, nobody] = [`msg_${drive.clientId()}`, { clientId: drive.clientId() }]
      const comes = connected(user, { epoch, version: 3 })
      await application.report('control', comes, { id })
      await application.report('repeated', comes, { id })
      await application.report('older', disconnected(user, { epoch, version: 2 }))
      await application.report('unknown', connected(nobody, { epoch, version: 1 }))
      await application.report('unknown', disconnected(nobody, { epoch, version: 2 }))
      await application.report('floor', started(1))
      await application.login('reader')
    },
    control: all(taken('control'), lists('reader', 'user')),
    judge: all(taken('repeated'), taken('older'), taken('unknown'), taken('floor')),
    killedBy: ['answers-404-to-unknown', 'answers-409-to-repeats', 'answers-409-to-older'],
  },
  {
    id: 'webhook.repeated-id.done',
    proves: 'webhook.receiver.repeat',
    needs: ['webhook-secret'],
    drive: async (drive) => {
      const { application } = drive
      const epoch = freshEpoch()
      const user = await application.login('user')
      const other = await application.login('other')
      const id = `msg_${drive.clientId()}`
      await application.report('first', connected(user, { epoch, version: 1 }), { id })
      await application.report('repeated', disconnected(user, { epoch, version: 2 }), { id })
      await application.report('control', disconnected(other, { epoch, version: 2 }))
      await application.login('reader')
    },
    control: all(
      taken('first'),
      taken('control'),
      listsNot('reader', 'other'),
      lists('reader', 'reader'),
    ),
    judge: all(taken('repeated'), lists('reader', 'user')),
    killedBy: ['forgets-webhook-ids', 'answers-409-to-repeats'],
  },
]
