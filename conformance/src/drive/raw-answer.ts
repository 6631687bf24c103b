/** Reads an HTTP/1.1 answer out of bytes, whole or in part. */

/** An answer as it was read. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

/** Whether these bytes hold a whole HTTP answer. */
export function isWholeAnswer(received: Buffer, hasEnded: boolean): boolean {
  const answer = readAnswer(received)
  if (!answer) return false
  const length = Number(answer.headers['content-length'])
  if (Number.isFinite(length)) return Buffer.byteLength(answer.body) >= length
  return answer.headers['transfer-encoding'] === 'chunked'
    ? received.includes('\r\n0\r\n\r\n')
    : hasEnded || answer.status === 101
}

/** The HTTP answer at the start of these bytes, as far as it has come. */
export function readAnswer(received: Buffer): RawAnswer | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1])
  if (!status) return undefined
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const rest = received.subarray(end + 4)
  const body = headers['transfer-encoding'] === 'chunked' ? unchunk(rest) : rest
  return { status, headers, body: status === 101 ? '' : body.toString('utf8') }
}

function unchunk(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  let rest = bytes
  for (;;) {
    const line = rest.indexOf('\r\n')
    const size = line < 0 ? 0 : Number.parseInt(rest.subarray(0, line).toString('latin1'), 16)
    if (!size || rest.length < line + 2 + size) return Buffer.concat(parts)
    parts.push(rest.subarray(line + 2, line + 2 + size))
    rest = rest.subarray(line + 4 + size)
  }
}
