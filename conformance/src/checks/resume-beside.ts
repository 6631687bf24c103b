/** Checks of other chapters with clients that come back: tokens, presence and receipts are for them what they are for all. */

import { type Check, waitFor } from '../check.ts'
import { asking } from '../drive/asking.ts'
import { startScene } from '../drive/coming-back.ts'
import { closed, notWelcomed, welcomed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { arrived, countsConnections } from '../judges/message.ts'
import { FENCE, reported, silentUntilFence } from '../judges/presence.ts'
import { resumed } from '../judges/resume.ts'
import { seconds } from '../timeline/timeline.ts'

/** In the order of the chapters. */
export const RESUME_BESIDE_CHECKS: readonly Check[] = [
  {
    id: 'token.spoilt-with-cursor.refused',
    proves: 'token.invalid.refused',
    profiles: ['resume'],
    drive: async (drive) => {
      const { token, connectUrl: url, body } = await drive.mint('control', drive.clientId())
      const query = asking({ after: String(body.cursor ?? '') })
      await (await drive.open('control', { url, token, query })).welcome()
      const at = Math.floor((token.length * 15) / 16)
      const letter = token[at] === 'x' ? 'y' : 'x'
      const spoilt = drive.conceal(token.slice(0, at) + letter + token.slice(at + 1))
      await (await drive.open('defect', { url, token: spoilt, query })).ended()
    },
    control: welcomed('control'),
    judge: all(notWelcomed('defect'), closed('defect', 'token-invalid')),
    killedBy: ['ignores-token-signature', 'calls-invalid-token-expired'],
  },
  {
    id: 'token.expired-with-cursor.refused',
    proves: 'token.expired.refused',
    profiles: ['resume'],
    waitSeconds: () => 1,
    drive: async (drive) => {
      const clientId = drive.clientId()
      const {
        token,
        connectUrl: url,
        body,
      } = await drive.mint('defect', clientId, {
        ttl_seconds: 1,
      })
      const query = asking({ after: String(body.cursor ?? '') })
      await drive.connect('control', clientId, { query })
      await drive.pass(1.1)
      await (await drive.open('defect', { url, token, query })).ended()
    },
    control: welcomed('control'),
    judge: all(notWelcomed('defect'), closed('defect', 'token-expired')),
    killedBy: ['accepts-expired-token', 'calls-expired-token-invalid'],
  },
  {
    id: 'presence.resumed-takeover.unreported',
    proves: 'presence.takeover.silent',
    profiles: ['resume'],
    needs: ['webhooks'],
    waitSeconds: waitFor('presence_grace_seconds'),
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      const webhooks = drive.webhooks('client', scene.clientId)
      const { connection: old, cursor } = await scene.read('old')
      await webhooks.event('connected')
      await scene.postSome('missed', 2)
      const back = await scene.come('back', cursor)
      await old.ended()
      await drive.pass(seconds(drive.advertised, 'presence_grace_seconds'))
      drive.note(FENCE, 'the grace has passed since the takeover')
      back.close(1000)
      await webhooks.event('disconnected', ({ fields }) => fields.reason === 'closed')
    },
    control: all(resumed('back', true), closed('old', 'replaced'), reported('client', 'connected')),
    judge: silentUntilFence('client', 'a takeover'),
    killedBy: ['reports-takeover'],
  },
  {
    id: 'message.replay.uncounted',
    proves: 'message.post.connections',
    profiles: ['resume'],
    drive: async (drive) => {
      const scene = startScene(drive, 'messages')
      const { connection, cursor } = await scene.read('client')
      connection.close(1000)
      await connection.ended()
      await scene.postSome('missed', 2)
      const back = await scene.come('back', cursor)
      await scene.fence(back, 'later')
    },
    control: all(resumed('back', true), arrived('back', 'later')),
    judge: all(countsConnections('missed', 0), countsConnections('later', 1)),
    killedBy: ['counts-replay-as-connection'],
  },
]
