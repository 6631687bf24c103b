/** Loopback addresses as the samples meet them: it alone knows which hosts are this machine and nobody else's. */
import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Whether a host name, or an address with or without brackets, is this machine's alone. */
export function isLoopback(host: string): boolean {
  const bare = host.replaceAll(/[[\]]/g, '').toLowerCase()
  const family = isIP(bare)
  return (
    bare === 'localhost' || (family > 0 && loopback.check(bare, family === 4 ? 'ipv4' : 'ipv6'))
  )
}
