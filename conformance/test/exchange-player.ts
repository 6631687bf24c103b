/** Tests of the text: plays one exchange of the specification over real HTTP; it alone knows what placeholders mean. */
import { type IncomingHttpHeaders, request } from 'node:http'
import type { Socket } from 'node:net'

/** What came back: status, headers, the body as text, and the socket where the answer was an upgrade. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
  socket?: Socket
}

/** The text with every `{name}` outside JSON replaced by its value. Throws where a name has none. */
export function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\{([a-z_]+)\}/g, (_whole, name: string) => {
    const value = values.get(name)
    if (value === undefined) throw new Error(`nothing so far gave {${name}} a value`)
    return value
  })
}

/** Sends the request as the text shows it: method and URL, headers, an empty line, the body. */
export function play(text: string): Promise<Answer> {
  const { start, headers, body } = parts(text)
  const [method = '', url = ''] = start.split(' ')
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const outgoing = request(url.replace(/^ws/, 'http'), { method, headers, agent: false })
  outgoing.on('error', reject)
  outgoing.on('upgrade', ({ statusCode = 0, headers: came }, socket) => {
    resolve({ status: statusCode, headers: came, body: '', socket: socket as Socket })
  })
  outgoing.on('response', (incoming) => {
    let read = ''
    incoming.setEncoding('utf8')
    incoming.on('data', (chunk: string) => {
      read += chunk
    })
    incoming.on('error', reject)
    incoming.on('end', () => {
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: read })
    })
  })
  outgoing.end(body)
  return promise
}

/** What of the answer differs from the text, one sentence each; new placeholders get their values. */
export function differences(text: string, answer: Answer, values: Map<string, string>): string[] {
  const { start, headers, body } = parts(text)
  const wrong: string[] = []
  if (answer.status !== Number(start)) wrong.push(`status ${answer.status} instead of ${start}`)
  for (const [name, expected] of Object.entries(headers)) {
    const came = String(answer.headers[name.toLowerCase()])
    if (came !== expected && !came.startsWith(`${expected};`)) {
      wrong.push(`${name}: ${came} instead of ${expected}`)
    }
  }
  if (body === '') return wrong
  return [...wrong, ...mismatches('', JSON.parse(body), JSON.parse(answer.body), values)]
}

function parts(text: string): { start: string; headers: Record<string, string>; body: string } {
  const [head = '', body = ''] = text.split('\n\n')
  const [start = '', ...lines] = head.split('\n')
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')),
    line.slice(line.indexOf(':') + 1).trim(),
  ])
  return { start, headers: Object.fromEntries(headers) as Record<string, string>, body }
}

function mismatches(
  pointer: string,
  expected: unknown,
  came: unknown,
  values: Map<string, string>,
): string[] {
  const name = typeof expected === 'string' ? /^\{([a-z_]+)\}$/.exec(expected)?.[1] : undefined
  if (name !== undefined && came !== undefined) {
    const known = values.get(name)
    values.set(name, known ?? String(came))
    return known === undefined || known === String(came) ? [] : [`${pointer} is not ${known}`]
  }
  if (typeof expected === 'object' && expected !== null) {
    return Object.entries(expected).flatMap(([member, value]) =>
      mismatches(
        `${pointer}/${member}`,
        value,
        (came as Record<string, unknown> | undefined)?.[member],
        values,
      ),
    )
  }
  if (expected === came) return []
  return [`${pointer} is ${JSON.stringify(came)} instead of ${JSON.stringify(expected)}`]
}
