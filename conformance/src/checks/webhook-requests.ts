/** Checks of the chapter webhook, section sending: the request of one attempt. */

import { type Check, waitFor } from '../check.ts'
import { comeAndGo } from '../drive/online.ts'
import { all } from '../judges/finding.ts'
import { reported, waitedForGrace } from '../judges/presence.ts'
import {
  fieldsComplete,
  idsByVersion,
  namesEnded,
  sentAsForm,
  sentLike,
  signed,
  timedAtChange,
  timestampedByAttempt,
} from '../judges/webhook.ts'
import { heldBack, longRetryAfter, seenAttempts } from '../judges/webhook-sending.ts'
import { seconds } from '../timeline/timeline.ts'

const FIRST_RETRY = waitFor({ list: 'webhook_retry_seconds', entries: 1 })
const TWO_RETRIES = waitFor({ list: 'webhook_retry_seconds', entries: 2 })
const COMES_AND_GOES = all(reported('client', 'connected'), reported('client', 'disconnected'))
const visitOnce: Check['drive'] = async (drive) => {
  await comeAndGo(drive, 'client')
}

/** In the order of the chapter. */
export const WEBHOOK_REQUEST_CHECKS: readonly Check[] = [
  {
    id: 'webhook.form.posted',
    proves: 'webhook.request.form',
    needs: ['webhooks'],
    drive: visitOnce,
    control: COMES_AND_GOES,
    judge: sentAsForm('client'),
    killedBy: ['sends-form-as-text', 'sends-all-to-connected'],
  },
  {
    id: 'webhook.odd-client-id.encoded',
    proves: 'webhook.request.form',
    needs: ['webhooks'],
    drive: async (drive) => {
      await comeAndGo(drive, 'client', drive.clientId(' &=+%;"<é€😀'))
    },
    control: COMES_AND_GOES,
    judge: sentAsForm('client'),
    killedBy: ['sends-form-unencoded', 'sends-form-as-text', 'sends-all-to-connected'],
  },
  {
    id: 'webhook.fields.there',
    proves: 'webhook.request.fields',
    needs: ['webhooks'],
    drive: visitOnce,
    control: COMES_AND_GOES,
    judge: fieldsComplete('client'),
    killedBy: ['sends-no-time', 'leaves-connection-out'],
  },
  {
    id: 'webhook.fields-after-loss.current',
    proves: 'webhook.request.fields',
    needs: ['webhooks'],
    waitSeconds: waitFor('presence_grace_seconds', { list: 'webhook_retry_seconds', entries: 1 }),
    drive: async (drive) => {
      const clientId = drive.clientId()
      const webhooks = drive.webhooks('client', clientId, (_attempt, number) => ({
        status: number === 1 ? 500 : 204,
      }))
      await drive.connect('old', clientId)
      await webhooks.first(2, drive.patienceMs + FIRST_RETRY(drive.advertised) * 1000)
      const connection = await drive.connect('client', clientId)
      connection.close(1001)
      const grace = seconds(drive.advertised, 'presence_grace_seconds')
      await webhooks.event('disconnected', undefined, drive.patienceMs + grace * 1000)
    },
    control: all(seenAttempts('client', 2), waitedForGrace('client')),
    judge: all(namesEnded('client'), timedAtChange('client', 'old')),
    killedBy: [
      'names-first-connection-in-reports',
      'dates-reports-by-the-loss',
      'dates-reports-by-the-attempt',
      'sends-no-time',
      'leaves-connection-out',
    ],
  },
  {
    id: 'webhook.repeat.keeps-id',
    proves: 'webhook.id.same',
    needs: ['webhooks'],
    waitSeconds: TWO_RETRIES,
    drive: async (drive) => {
      const [clientId, neighbourId] = [drive.clientId(), drive.clientId()]
      const neighbour = drive.webhooks('neighbour', neighbourId)
      const webhooks = drive.webhooks('client', clientId, (_attempt, number) => ({
        status: number <= 2 ? 500 : 204,
      }))
      const connection = await drive.connect('client', clientId)
      await drive.connect('neighbour', neighbourId)
      await neighbour.event('connected')
      await webhooks.first(3, drive.patienceMs + TWO_RETRIES(drive.advertised) * 1200)
      connection.close(1000)
      await webhooks.event('disconnected')
    },
    control: all(
      seenAttempts('client', 3),
      reported('client', 'disconnected'),
      reported('neighbour', 'connected'),
    ),
    judge: idsByVersion('client', 'neighbour'),
    killedBy: ['makes-id-per-attempt', 'makes-id-per-client', 'makes-new-id-after-two-attempts'],
  },
  {
    id: 'webhook.repeat.stamped-anew',
    proves: 'webhook.timestamp.attempt',
    needs: ['webhooks'],
    waitSeconds: longRetryAfter,
    drive: async (drive) => {
      const clientId = drive.clientId()
      const wait = longRetryAfter(drive.advertised)
      const webhooks = drive.webhooks('client', clientId, (_attempt, number) =>
        number === 1 ? { status: 500, headers: { 'retry-after': `${wait}` } } : { status: 204 },
      )
      await drive.connect('client', clientId)
      await webhooks.first(2, drive.patienceMs + wait * 1000)
    },
    control: heldBack('client'),
    judge: timestampedByAttempt('client'),
    killedBy: ['keeps-first-timestamp', 'stamps-milliseconds'],
  },
  {
    id: 'webhook.signature.verifies',
    proves: 'webhook.signature.valid',
    needs: ['webhooks'],
    drive: async (drive) => {
      await comeAndGo(drive, 'client', drive.clientId(' é'))
    },
    control: COMES_AND_GOES,
    judge: signed('client'),
    killedBy: [
      'signs-without-timestamp',
      'signs-decoded-body',
      'signs-with-encoded-secret',
      'signs-with-first-secret-only',
      'makes-long-ids',
    ],
  },
  {
    id: 'webhook.url.from-configuration',
    proves: 'webhook.target.configured',
    needs: ['webhooks'],
    drive: async (drive) => {
      const headers = {
        forwarded: 'host=elsewhere.example;proto=http',
        'x-forwarded-host': 'elsewhere.example',
        'x-forwarded-prefix': '/elsewhere',
      }
      const [plainId, defectId] = [drive.clientId(), drive.clientId('/../elsewhere/?a=b#c')]
      const control = drive.webhooks('control', plainId)
      const defect = drive.webhooks('defect', defectId)
      await drive.connect('control', plainId)
      await control.event('connected')
      await drive.connect('defect', defectId, { headers })
      await defect.event('connected')
    },
    control: reported('control', 'connected'),
    judge: sentLike('defect', 'control'),
    killedBy: ['resolves-client-id-into-url'],
  },
]
