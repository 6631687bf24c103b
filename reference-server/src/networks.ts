/** Networks in CIDR notation; it alone knows how they are written and which addresses lie in them. */
import { BlockList, isIP } from 'node:net'

type Family = 'ipv4' | 'ipv6'

/** One network: every address whose first `bits` are those of `address`. */
interface Network {
  address: string
  bits: number
  family: Family
}

const WIDTH: Record<Family, number> = { ipv4: 32, ipv6: 128 }

/** A network, such as 10.0.0.0/8 or 2001:db8::/32, or a single address. @throws Error that says what is wrong */
export function readNetwork(text: string): Network {
  const [address = '', prefix, ...more] = text.split('/')
  const family = readFamily(address)
  const width = family ? WIDTH[family] : 0
  const bits = prefix === undefined ? width : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
  if (!family || more.length > 0 || bits < 0 || bits > width)
    throw new Error(`${text} is neither an address nor a network such as 10.0.0.0/8`)
  return { address, bits, family }
}

/** A function that says whether an address lies in one of these networks. @throws Error as `readNetwork` */
export function makeNetworks(texts: readonly string[]): (address: string) => boolean {
  if (texts.length === 0) return () => false
  const list = new BlockList()
  for (const { address, bits, family } of texts.map(readNetwork))
    list.addSubnet(address, bits, family)
  return (address) => {
    const family = readFamily(address)
    return family !== undefined && list.check(address, family)
  }
}

function readFamily(address: string): Family | undefined {
  const version = isIP(address)
  return version === 4 ? 'ipv4' : version === 6 ? 'ipv6' : undefined
}
