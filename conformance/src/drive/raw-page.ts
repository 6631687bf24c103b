/** Opens a socket over plain TCP, so that a check can send frames that no page's library sends. */

import type { Drive } from './drive.ts'
import type { RawConnection } from './raw.ts'
import { SetUpFailed } from './set-up-failed.ts'
import type { Replying, Webhooks } from './webhooks.ts'

/** A socket over plain TCP whose handshake has reached the application. */
export interface RawPage {
  readonly raw: RawConnection
  readonly webhooks: Webhooks
  readonly id: string
}

/**
 * Mints, watches, upgrades and waits for the handshake; answers webhooks as `replying` says, with 204 unless given.
 * Throws {@link SetUpFailed} where no handshake comes.
 */
export async function openRawPage(drive: Drive, as: string, replying?: Replying): Promise<RawPage> {
  const path = drive.sockets.path()
  const { url } = await drive.sockets.mint(as, path)
  const webhooks = drive.sockets.webhooks(as, path, replying)
  const raw = await drive.raw(as, url)
  const request = drive.upgradeRequest(url, '', { 'Sec-WebSocket-Protocol': '' })
  raw.write(request, 'an upgrade at a socket URL')
  await raw.answer()
  const id = (await webhooks.event('handshake'))?.fields.from
  if (id === undefined) throw new SetUpFailed(`no handshake with a socket came for ${as}`)
  return { raw, webhooks, id }
}
