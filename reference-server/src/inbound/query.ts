/** Queries of requests; it alone knows how they are decoded. */
import { Refusal } from '../refusal.ts'

/**
 * The parameters of a raw query, each by its first value.
 * @throws Refusal `malformed-request` where a percent-encoding is not UTF-8
 */
export function readQuery(query: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of query.split('&')) {
    const cut = pair.indexOf('=')
    const name = decode(cut < 0 ? pair : pair.slice(0, cut))
    if (!parameters.has(name)) parameters.set(name, cut < 0 ? '' : decode(pair.slice(cut + 1)))
  }
  return parameters
}

/** Every value of one parameter, in order; a value whose percent-encoding is not UTF-8 reads as an empty one. */
export function readValues(query: string, name: string): string[] {
  const values: string[] = []
  if (query === '') return values
  for (const pair of query.split('&')) {
    const [first = '', ...rest] = pair.split('=')
    if (tryDecode(first) === name) values.push(tryDecode(rest.join('=')) ?? '')
  }
  return values
}

function tryDecode(text: string): string | undefined {
  try {
    return decode(text)
  } catch {
    return undefined
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Refusal('malformed-request', 'the query is not percent-encoded UTF-8')
  }
}
