/** Addresses of clients; it alone knows the headers in which proxies say where a request came from. */
import type { IncomingHttpHeaders } from 'node:http'
import { isIP, isIPv4, type Socket } from 'node:net'
import type { Rules } from '../rules/rule-book.ts'

/** The header that trusted proxies write. */
export type ForwardedHeader = 'forwarded' | 'x-forwarded-for'

/** What shows where a request came from. */
export interface Coming {
  socket: Pick<Socket, 'remoteAddress'>
  headers: Readonly<IncomingHttpHeaders>
}

/** What is believed of proxies. */
export interface Proxies {
  isTrusted(address: string): boolean
  header: ForwardedHeader
}

/** Proxies behind each other that are looked through, so that a long header costs little. */
const MOST_HOPS = 16

/** A function that says from which address a request came; empty where its connection is gone already. */
export function makeAddressReader(
  rules: Rules,
  { isTrusted, header }: Proxies,
): (request: Coming) => string {
  return ({ socket, headers }) =>
    rules.selectAddress({
      peer: readPeer(socket.remoteAddress ?? ''),
      isTrusted,
      readHops: () => readHops([headers[header] ?? []].flat().join(','), header),
    })
}

/** The address that the system gives a peer; one of IPv4 on a listener of IPv6 as IPv4. */
function readPeer(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
}

/** Naive about commas in quotes, which nothing that names an address has: what a client left open closes nowhere. */
function readHops(value: string, header: ForwardedHeader): readonly (string | undefined)[] {
  if (value === '') return []
  const nearest = value.split(',').slice(-MOST_HOPS)
  return nearest.map((element) => {
    if (header === 'x-forwarded-for') return readAddress(element.trim())
    const pair = element.split(';').find((one) => /^\s*for\s*=/i.test(one))
    const node = (pair ?? '').replace(/^[^=]*=/, '').trim()
    return readAddress(node.replace(/^"|"$/g, ''))
  })
}

/** An address with or without a port; one of IPv4 in IPv6 as IPv4. Nothing for any other text. */
function readAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, '$1')
  const address = bare.replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '')
  return isIP(address) === 0 ? undefined : address
}
