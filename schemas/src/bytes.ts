/** Counts strings as the protocol does: in bytes of UTF-8, which schemas cannot. */
import { LIMITS } from './registry.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the rule is about control characters.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/

/** The length of a string in bytes of UTF-8; undefined where a lone surrogate has no such bytes. */
export function utf8Bytes(value: string): number | undefined {
  return value.isWellFormed() ? Buffer.byteLength(value, 'utf8') : undefined
}

/**
 * Whether a value is a string of 1 to `longest` bytes of UTF-8.
 * @param longest bytes: the advertised `data_bytes` for the data of a message.
 */
export function textIsLegal(value: unknown, longest: number): value is string {
  if (typeof value !== 'string') return false
  const bytes = utf8Bytes(value)
  return bytes !== undefined && bytes >= 1 && bytes <= longest
}

/**
 * Whether a value is a client id: 1 to 256 bytes of UTF-8 without control characters (C0, DEL, C1).
 * @spec token.client-id.accept
 * @spec token.client-id.refuse
 */
export function clientIdIsLegal(value: unknown): value is string {
  return textIsLegal(value, LIMITS.client_id_bytes.default) && !controlCharacter.test(value)
}
