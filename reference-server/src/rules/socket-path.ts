/** Rules of socket paths: they alone know which texts an application may put behind the URL of its handlers. */
import { Refusal } from '../refusal.ts'

// Control characters: C0, DEL and C1.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the grammar forbids exactly these
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/

/**
 * The path of a request without its leading slash; empty where there is none.
 * @throws Refusal `invalid-path`
 * @spec socket.path.accept
 * @spec socket.path.refuse
 */
function readSocketPath(value: unknown, maxBytes: number): string {
  const path = typeof value === 'string' ? value.replace(/^\//, '') : value
  const wrong = path === undefined ? undefined : describePath(path, maxBytes)
  if (wrong === undefined) return (path as string | undefined) ?? ''
  const detail = `path ${wrong}`
  throw new Refusal('invalid-path', `${detail}; give segments with one slash between each`, {
    errors: [{ pointer: '/path', detail }],
  })
}

function describePath(path: unknown, maxBytes: number): string | undefined {
  if (typeof path !== 'string') return 'is not a string'
  const bytes = Buffer.byteLength(path)
  if (bytes > maxBytes) return `has ${bytes} bytes; the most are ${maxBytes}`
  if (!path.isWellFormed()) return 'has a lone surrogate'
  if (CONTROL.test(path)) return 'has a control character'
  if (path.includes('\\')) return 'has a backslash'
  if (path !== '' && path.split('/').includes('')) return 'has an empty segment'
  if (hasDotSegment(path)) return 'has a segment that is . or .. in some decoding'
  return undefined
}

/** Whether the text, or what comes of percent-decoding it any number of times, has a dot segment. */
function hasDotSegment(path: string): boolean {
  let stage = path
  for (;;) {
    if (stage.split(/[/\\]/).some((segment) => segment === '.' || segment === '..')) return true
    const next = decodeOnce(stage)
    if (next === stage) return false
    stage = next
  }
}

/** One percent-decoding of ASCII alone: nothing else can become a dot, a slash, a backslash or a percent sign. */
function decodeOnce(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

export const socketPathRules = { readSocketPath }
