/** Takes secrets out of plain data: exactly those that the suite knows, in every spelling that a wire gives them. */

/** A copy of the data in which every occurrence of a secret is replaced by `<secret N>`. */
export function redact<T>(data: T, secrets: Iterable<string>): T {
  const names = new Map<string, string>()
  for (const [index, secret] of [...secrets].entries()) {
    if (secret === '') continue
    for (const spelling of spellingsOf(secret)) {
      names.set(escapeForJson(spelling), `<secret ${index + 1}>`)
    }
  }
  if (names.size === 0) return data
  // A secret that another one begins with would leave the rest of the longer one readable.
  const longestFirst = [...names.keys()].sort((a, b) => b.length - a.length)
  const any = new RegExp(longestFirst.map(escapeForRegExp).join('|'), 'g')
  const text = JSON.stringify(data).replace(any, (spelling) => names.get(spelling) ?? '')
  return JSON.parse(text) as T
}

/** As it is, inside a JSON text, percent-encoded, and in a form. */
function spellingsOf(secret: string): Set<string> {
  return new Set([
    secret,
    escapeForJson(secret),
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
  ])
}

function escapeForJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
