/** Rules of rates: they alone know what calls and handshakes are counted under, and whose address counts. */
import { messageRules } from './message.ts'

/** What is known of where a handshake comes from. */
export interface AddressFacts {
  /** Address of the TCP connection's peer. */
  peer: string
  /** Whether an address is that of a proxy whose word counts. */
  isTrusted(address: string): boolean
  /** What proxies say of where it came from, in the order of the hops; nothing for one that names no address. */
  readHops(): readonly (string | undefined)[]
}

/** What a handshake opens. */
export type HandshakeKind = 'channel' | 'stream' | 'socket'

const ADDRESS_GROUPS = 8
const COUNTED_GROUPS = 4

/**
 * The address of a client: the peer's, or what the trusted proxies before it say, nearest first.
 * @spec connection.rate.proxies
 */
function selectAddress({ peer, isTrusted, readHops }: AddressFacts): string {
  if (!isTrusted(peer)) return peer
  let address = peer
  for (const hop of readHops().toReversed()) {
    if (hop === undefined) return address
    address = hop
    if (!isTrusted(address)) return address
  }
  return address
}

/**
 * What an address is counted under: an IPv6 address under its first 64 bits.
 * @spec connection.rate.address
 * @spec connection.rate.others
 */
function selectAddressKey(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  // An IPv4 address at the end stands for two groups.
  const written = before.length + after.length + (address.includes('.') ? 1 : 0)
  const zeros = Array.from({ length: Math.max(0, ADDRESS_GROUPS - written) }, () => '0')
  const groups = [...before, ...(tail === undefined ? [] : zeros), ...after]
  const counted = groups.slice(0, COUNTED_GROUPS)
  return counted.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}

/**
 * What all handshakes are counted under together.
 * @spec connection.rate.refuse
 */
function selectHandshakeKey(_address: string): string {
  return 'all'
}

/**
 * What a call with a live application key is counted under.
 * @spec problem.rate.others
 */
function selectCallKey(applicationKey: string): string {
  return applicationKey
}

/**
 * Whether what opens a connection of this kind counts as a handshake.
 * @spec sse.rate.counted
 * @spec socket.rate.counted
 */
function decideCounted(_kind: HandshakeKind): boolean {
  return true
}

export const rateRules = {
  decideCounted,
  selectAddress,
  selectAddressKey,
  selectHandshakeKey,
  selectCallKey,
  /** As `decideRate`, of handshakes. */
  decideHandshakeRate: messageRules.decideRate,
  /** As `decideRate`, of the handshakes of one address. */
  decideAddressRate: messageRules.decideRate,
  /** As `decideRate`, of the calls with one application key. */
  decideCallRate: messageRules.decideRate,
}
