/** Loopback addresses; it alone knows which hosts are this machine and nobody else's. */

/** Whether a host name or address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
}

/** Whether a host stands for every address of this machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host.replace(/^\[|\]$/g, '') === '::'
}
