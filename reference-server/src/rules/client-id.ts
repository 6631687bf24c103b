/** Rule of client ids: it alone knows which strings may name a client. */
import { Refusal } from '../refusal.ts'

// Control characters: C0, DEL and C1.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the grammar forbids exactly these
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/**
 * A client id of 1 to `maxBytes` bytes of UTF-8 without control characters, byte for byte as it came.
 * @throws Refusal `invalid-client-id`
 * @spec token.client-id.accept
 * @spec token.client-id.refuse
 */
function readClientId(value: unknown, maxBytes: number): string {
  const wrong = describeClientId(value, maxBytes)
  if (wrong !== undefined) {
    const detail = `client_id ${wrong}; give 1 to ${maxBytes} bytes of UTF-8 without control characters`
    throw new Refusal('invalid-client-id', detail, {
      errors: [{ pointer: '/client_id', detail: wrong }],
    })
  }
  return value as string
}

function describeClientId(value: unknown, maxBytes: number): string | undefined {
  if (value === undefined) return 'is absent'
  if (typeof value !== 'string') return 'is not a string'
  if (value === '') return 'is empty'
  if (Buffer.byteLength(value) > maxBytes) return `has ${Buffer.byteLength(value)} bytes`
  if (!value.isWellFormed()) return 'has a lone surrogate'
  if (CONTROL.test(value)) return 'has a control character'
  return undefined
}

export const clientIdRules = { readClientId }
