/** The clients of a benchmark; it alone knows how all of them are connected and what they were sent. */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { tokenRules } from '../../src/rules/token.ts'
import { SIGNING_KEY } from '../contestants.ts'
import { type Listener, openClient } from './client.ts'

/** Connections that are opened side by side. */
const OPENED_AT_ONCE = 128
const TOKEN_MS = 7_200_000

/** Where clients connect. */
export interface CrowdTarget {
  port: number
  /** Of the tokens that the server mints now; nothing for a server without tokens. */
  generation: number | undefined
}

/** What a welcome says that a client needs to come back. */
export interface Place {
  cursor: string
  broadcastCursor: string
}

/** Clients that are connected. */
export interface Crowd {
  sockets: Socket[]
  /** Where each client was welcomed; empty for a server without welcomes. */
  places: Place[]
  /** How many welcomes said that everything missed follows. */
  resumed: number
  /** Called with the payload of each text that is no welcome; valid during the call only. */
  onText: (payload: Buffer, index: number) => void
  /** Connections that the server ended. */
  closed: number
}

/** The name of a client. */
export function nameOf(index: number): string {
  return String(index).padStart(5, '0')
}

/** Connects so many clients and resolves when each is welcomed; `from` lets them come back to where they were. */
export async function connectCrowd(
  target: CrowdTarget,
  clients: number,
  from: readonly Place[] = [],
  onText: Crowd['onText'] = () => {},
): Promise<Crowd> {
  const crowd: Crowd = { sockets: [], places: [], resumed: 0, onText, closed: 0 }
  let next = 0
  const openSome = async (): Promise<void> => {
    while (next < clients) {
      const index = next
      next += 1
      await openOne(crowd, target, index, from[index])
    }
  }
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, openSome))
  return crowd
}

async function openOne(
  crowd: Crowd,
  { port, generation }: CrowdTarget,
  index: number,
  from: Place | undefined,
): Promise<void> {
  const isService = generation !== undefined
  const { promise, resolve } = Promise.withResolvers<void>()
  const listener: Listener = {
    onText: (payload) => {
      if (payload.indexOf('"welcome"') === 8) {
        crowd.places[index] = readPlace(payload, crowd)
        resolve()
      } else crowd.onText(payload, index)
    },
    onClosed: () => {
      crowd.closed += 1
    },
  }
  const after = from
    ? `?after=${encodeURIComponent(from.cursor)}&after_broadcast=${encodeURIComponent(from.broadcastCursor)}`
    : ''
  crowd.sockets[index] = await openClient(
    {
      port,
      index,
      path: isService ? `/v1/connect${after}` : `/ws?id=${nameOf(index)}`,
      protocols: isService ? makeProtocols(index, generation) : undefined,
    },
    listener,
  )
  if (isService) await promise
}

function readPlace(payload: Buffer, crowd: Crowd): Place {
  const welcome = JSON.parse(payload.toString()) as Record<string, unknown>
  if (welcome.resumed === true) crowd.resumed += 1
  return { cursor: String(welcome.cursor), broadcastCursor: String(welcome.broadcast_cursor) }
}

/** Tokens are signed here with the server's key, so that minting them leaves nothing in its memory. */
function makeProtocols(index: number, generation: number): string {
  const claims = { clientId: nameOf(index), expiresAtMs: Date.now() + TOKEN_MS, generation }
  return `channel-protocol.v1, channel-token.${tokenRules.mintToken(claims, SIGNING_KEY, randomBytes(16))}`
}
