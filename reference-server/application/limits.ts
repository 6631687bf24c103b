/** The limits of the original: it alone knows what is refused before any request is made. */
import { clientIdIsLegal, textIsLegal, utf8Bytes } from '@channel-protocol/schemas'
import {
  InvalidChannelClientIdError,
  InvalidDurationError,
  InvalidMessageError,
  InvalidSocketsError,
} from './errors.ts'

const longestClientIdBytes = 256
const longestMessageBytes = 32_767
const longestMinutes = 1440

/** Bytes of UTF-8 as words, for what is too short, too long or has none. */
function describeBytes(value: unknown): string {
  if (typeof value !== 'string') return `is ${value === null ? 'null' : `a ${typeof value}`}`
  const bytes = utf8Bytes(value)
  return bytes === undefined ? 'has a lone surrogate' : `has ${bytes} bytes`
}

/** Throws InvalidChannelClientIdError unless the value is a client id. */
export function demandClientId(value: unknown): void {
  if (clientIdIsLegal(value)) return
  const what = textIsLegal(value, longestClientIdBytes)
    ? 'has a control character'
    : describeBytes(value)
  throw new InvalidChannelClientIdError(
    `The client id ${what}: give a string of 1 to ${longestClientIdBytes} bytes of UTF-8 without control characters.`,
  )
}

/** Throws InvalidDurationError unless the value is a whole number of minutes from 1 to 1440, or undefined. */
export function demandDuration(value: unknown): void {
  if (value === undefined) return
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= longestMinutes) return
  throw new InvalidDurationError(
    `The duration is ${typeof value === 'number' ? value : `a ${typeof value}`}: give a whole number of minutes from 1 to ${longestMinutes}, or nothing for the service's default.`,
  )
}

/** Throws InvalidMessageError unless the value is a string of 1 to 32,767 bytes of UTF-8. */
export function demandMessage(value: unknown): void {
  if (textIsLegal(value, longestMessageBytes)) return
  throw new InvalidMessageError(
    `The message ${describeBytes(value)}: give a string of 1 to ${longestMessageBytes} bytes of UTF-8, or send it in parts.`,
  )
}

/** Throws InvalidMessageError unless the value is a string of at most 32,767 bytes of UTF-8. */
export function demandSocketBody(value: unknown): void {
  if (value !== '') demandMessage(value)
}

/** Throws InvalidSocketsError unless the value is the id of a socket or a list of at least one. */
export function demandSockets(value: unknown): void {
  const sockets: unknown[] = Array.isArray(value) ? value : [value]
  const isId = (one: unknown): boolean => typeof one === 'string' && one !== ''
  if (sockets.length > 0 && sockets.every(isId)) return
  throw new InvalidSocketsError(
    'The sockets are neither an id nor a list of at least one: give what handshake, message or closed has as socket.',
  )
}
