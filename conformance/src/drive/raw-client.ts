/** Opens a channel over plain TCP, so that a check can send frames that no library sends. */

import { randomBytes } from 'node:crypto'
import type { Drive } from './drive.ts'
import { makeFrame } from './frames.ts'
import type { RawConnection } from './raw.ts'

/** Mints a token for a client id of its own, upgrades, and waits for the welcome. */
export async function openRawClient(drive: Drive, as: string): Promise<RawConnection> {
  return (await openRawClientFor(drive, as, drive.clientId())).client
}

/** As {@link openRawClient}, for a given client id; `isWelcome` says whether the welcome came. */
export async function openRawClientFor(
  drive: Drive,
  as: string,
  clientId: string,
): Promise<{ client: RawConnection; isWelcome: boolean }> {
  const { token, connectUrl } = await drive.mint(as, clientId)
  const client = await drive.raw(as, connectUrl)
  client.write(drive.upgradeRequest(connectUrl, token), 'an upgrade with a live token')
  const answer = await client.answer()
  const welcome =
    answer?.status === 101
      ? await client.textFrame((text) => text.includes('"welcome"'))
      : undefined
  return { client, isWelcome: welcome !== undefined }
}

/** Upgrades with a token that was never minted; the service refuses it with a Close frame. `behind` follows the request at once. */
export async function openRefusedRawClient(
  drive: Drive,
  as: string,
  behind: Buffer = Buffer.alloc(0),
): Promise<RawConnection> {
  const { connectUrl } = await drive.mint(as, drive.clientId())
  const client = await drive.raw(as, connectUrl)
  const request = drive.upgradeRequest(connectUrl, `forged-${randomBytes(24).toString('hex')}`)
  client.write(
    Buffer.concat([Buffer.from(request), behind]),
    `an upgrade with a forged token${behind.length > 0 ? ` and ${behind.length} bytes of frames behind it` : ''}`,
  )
  return client
}

/** Well-formed text frames of together at least `bytes` bytes. */
export function makeFlood(bytes: number): Buffer {
  const frame = makeFrame(1, 'x'.repeat(1000))
  return Buffer.alloc(Math.ceil(bytes / frame.length) * frame.length, frame)
}
