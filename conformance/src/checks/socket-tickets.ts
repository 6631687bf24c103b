/** Checks of the chapter socket, section opening: which tickets open nothing, and with which code they are refused. */

import { type Check, waitFor } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { alter, SPOILED } from '../drive/spoil.ts'
import { closed } from '../judges/connection.ts'
import { all } from '../judges/finding.ts'
import { alive } from '../judges/socket-opening.ts'
import { minted } from '../judges/token.ts'

/** Seconds of a short life, and those after `expires_at` at which it is over for every clock. */
const SHORT = 2
const AFTER = 0.1

/** Texts that no service has made a ticket, most of them made from one that is. */
const INVALID_TICKETS: typeof SPOILED = {
  forged: () => 'bm9ib2R5IGhhcyBtaW50ZWQgdGhpcw.MTc5MDg1NjAwMA.vI1pUwm3Zc0',
  ...SPOILED,
  'altered near its start': (ticket) => alter(ticket, Math.floor(ticket.length / 8)),
  'altered near its end': (ticket) => alter(ticket, Math.floor((ticket.length * 15) / 16)),
  'too long': () => 'A'.repeat(4097),
}

/** The ticket in a URL, whatever stands behind it. */
function ticketIn(url: string): string {
  return /\/v1\/socket\/([^/?#]*)/.exec(url)?.[1] ?? ''
}

/** Opens a socket URL with another ticket in it, and waits for the end. */
async function openWith(drive: Drive, as: string, url: string, ticket: string): Promise<void> {
  const base = url.slice(0, url.indexOf(ticketIn(url)))
  const page = await drive.sockets.open(as, base + drive.conceal(ticket))
  await page.ended()
}

/** A URL that opens a socket, as role `control` shows. */
async function openControl(drive: Drive): Promise<string> {
  const { url } = await drive.sockets.mint('URL', drive.sockets.path())
  const page = await drive.sockets.open('control', url)
  await page.ping()
  return url
}

/** In the order of the chapter. */
export const SOCKET_TICKET_CHECKS: readonly Check[] = [
  {
    id: 'socket.expired-ticket.closed',
    proves: 'socket.ticket.expired',
    needs: ['webhooks'],
    waitSeconds: waitFor(SHORT),
    drive: async (drive) => {
      const { url } = await drive.sockets.mint('URL', drive.sockets.path(), { ttl_seconds: SHORT })
      const early = await drive.sockets.open('control', url)
      await early.ping()
      await drive.pass(SHORT + AFTER)
      const late = await drive.sockets.open('used before', url)
      await late.ended()
      const { url: shortest } = await drive.sockets.mint('other URL', undefined, { ttl_seconds: 1 })
      await drive.pass(1 + AFTER)
      const unused = await drive.sockets.open('never used', shortest)
      await unused.ended()
    },
    control: alive('control'),
    judge: all(closed('used before', 'token-expired'), closed('never used', 'token-expired')),
    killedBy: ['opens-expired-tickets', 'calls-expired-ticket-invalid'],
  },
  {
    id: 'socket.invalid-ticket.closed',
    proves: 'socket.ticket.invalid',
    needs: ['webhooks'],
    drive: async (drive) => {
      const url = await openControl(drive)
      const ticket = ticketIn(url)
      for (const [as, spoil] of Object.entries(INVALID_TICKETS)) {
        await openWith(drive, as, url, spoil(ticket))
      }
    },
    control: alive('control'),
    judge: all(...Object.keys(INVALID_TICKETS).map((as) => closed(as, 'token-invalid'))),
    killedBy: [
      'ignores-ticket-signature',
      'accepts-lengthened-ticket',
      'calls-invalid-ticket-expired',
    ],
  },
  {
    id: 'socket.foreign-ticket.closed',
    proves: 'socket.ticket.invalid',
    needs: ['exec', 'webhooks'],
    drive: async (drive) => {
      const url = await openControl(drive)
      const other = await drive.launch('other service')
      const foreign = await other.drive.sockets.mint('other URL', drive.sockets.path())
      await openWith(drive, 'defect', url, ticketIn(foreign.url))
    },
    control: alive('control'),
    judge: closed('defect', 'token-invalid'),
    killedBy: ['ignores-ticket-signature', 'calls-invalid-ticket-expired'],
  },
  {
    id: 'socket.token-as-ticket.closed',
    proves: 'socket.ticket.invalid',
    needs: ['webhooks'],
    drive: async (drive) => {
      const url = await openControl(drive)
      const { token } = await drive.mint('token', drive.clientId())
      await openWith(drive, 'defect', url, token)
    },
    control: all(alive('control'), minted('token')),
    judge: closed('defect', 'token-invalid'),
    killedBy: ['takes-tokens-for-tickets', 'calls-invalid-ticket-expired'],
  },
]
