/** Readers of setting values; they alone know how each text becomes a value, and say what is wrong with it. */
import { PROFILES } from '@channel-protocol/schemas/registry'
import type { BrokerSetting } from './brokers/open.ts'
import { readNetwork } from './networks.ts'

/** Any text that is not empty. @throws Error that says what is wrong */
export function readText(text: string): string {
  if (text.trim() === '') throw new Error('is empty')
  return text
}

/** A finite number. @throws Error that says what is wrong */
export function readNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`${text} is not a number`)
  return value
}

/** A whole number. @throws Error that says what is wrong */
export function readInteger(text: string): number {
  const value = readNumber(text)
  if (!Number.isInteger(value)) throw new Error(`${text} is not a whole number`)
  return value
}

/** Numbers with commas between. @throws Error that says what is wrong */
export function readNumbers(text: string): number[] {
  return text.split(',').map(readNumber)
}

/** A port; 0 stands for a free one. @throws Error that says what is wrong */
export function readPort(text: string): number {
  const port = readInteger(text)
  if (port < 0 || port > 65_535) throw new Error(`${text} is not a port from 0 to 65535`)
  return port
}

/** An http or https URL without credentials or fragment. @throws Error that says what is wrong */
export function readUrl(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('is not an http or https URL')
  if (url.username || url.hash) throw new Error('has credentials or a fragment; leave them out')
  return text
}

/** A URL without a query, and without its trailing slashes. @throws Error that says what is wrong */
export function readBaseUrl(text: string): string {
  const url = new URL(readUrl(text))
  if (url.search) throw new Error('has a query; leave it out')
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

/** An application key. @throws Error that says what is wrong */
export function readKey(text: string): string {
  if (/^[\x21-\x2b\x2d-\x7e]{16,}$/.test(text)) return text
  throw new Error('is not 16 or more visible ASCII characters without commas')
}

/** A broker. @throws Error that says what is wrong */
export function readBroker(text: string): BrokerSetting {
  if (text === 'memory') return { kind: 'memory' }
  if (text.startsWith('sqlite:')) {
    const file = text.slice('sqlite:'.length)
    if (file === '' || file.startsWith('//'))
      throw new Error('names no file; write sqlite: and a path, such as sqlite:./channel.db')
    return { kind: 'sqlite', file }
  }
  if (/^rediss?:\/\/./.test(text)) return { kind: 'redis', url: readRedisUrl(text) }
  throw new Error(
    'is neither memory, nor sqlite: and a file, nor redis:// or rediss:// and an address',
  )
}

/** Its text may hold a password, and so is repeated nowhere. */
function readRedisUrl(text: string): string {
  const url = URL.parse(text)
  if (!url?.hostname) throw new Error('is no address such as redis://127.0.0.1:6379/0')
  if (!/^\/?\d*$/.test(url.pathname))
    throw new Error('names no database; the path of its address is a number, such as /0')
  try {
    decodeURIComponent(url.username + url.password)
  } catch {
    throw new Error('has a password that is not percent-encoded; write % as %25')
  }
  return text
}

/** Seconds of a node's lease. @throws Error that says what is wrong */
export function readLeaseSeconds(text: string): number {
  const seconds = Number(text)
  // What a node left has to be told within a minute.
  if (seconds >= 1 && seconds <= 40) return seconds
  throw new Error('is not a number of seconds from 1 to 40')
}

/** A key that signs tokens. @throws Error that says what is wrong */
export function readSigningKey(text: string): string {
  if (text.length < 32) throw new Error('has fewer than 32 characters')
  return text
}

/** An origin as browsers send it, or `any`. @throws Error that says what is wrong */
export function readOrigin(text: string): string {
  if (text === 'any' || text === 'null') return text
  if (URL.parse(text)?.origin === text) return text
  throw new Error(`${text} is not an origin such as https://page.example, nor any, nor null`)
}

/** A profile that this server can offer. @throws Error that says what is wrong */
export function readProfile(text: string): string {
  const offered = Object.values(PROFILES).filter(
    ({ status, role }) => status === 'specified' && role === 'service',
  )
  if (offered.some(({ name }) => name === text)) return text
  throw new Error(`${text} is not one of ${offered.map(({ name }) => name).join(', ')}`)
}

/** Yes or no. @throws Error that says what is wrong */
export function readSwitch(text: string): boolean {
  if (['true', '1', 'on', 'yes'].includes(text)) return true
  if (['false', '0', 'off', 'no', ''].includes(text)) return false
  throw new Error(`${text} is neither true nor false`)
}

/** A level of the log. @throws Error that says what is wrong */
export function readLogLevel(text: string): string {
  if (['debug', 'info', 'warn', 'error', 'silent'].includes(text)) return text
  throw new Error(`${text} is not debug, info, warn, error or silent`)
}

/** A network of proxies, or the address of one. @throws Error that says what is wrong */
export function readProxies(text: string): string {
  readNetwork(text)
  return text
}

/** The header in which proxies say where clients come from. @throws Error that says what is wrong */
export function readForwardedHeader(text: string): string {
  const name = text.toLowerCase()
  if (name === 'forwarded' || name === 'x-forwarded-for') return name
  throw new Error(`${text} is neither forwarded nor x-forwarded-for`)
}
