/** Takes secrets out of plain data: exactly those that the suite knows, in every spelling that a wire gives them. */

/** A copy of the data in which every occurrence of a secret is replaced by `<secret N>`. */
export function redact<T>(data: T, secrets: Iterable<string>): T {
  const numbered = [...secrets]
    .map((secret, index) => ({ secret, name: `<secret ${index + 1}>` }))
    .filter(({ secret }) => secret.length > 0)
    // A secret that another one begins with would leave the rest of the longer one readable.
    .sort((a, b) => b.secret.length - a.secret.length)
  let text = JSON.stringify(data)
  for (const { secret, name } of numbered) {
    for (const spelling of spellingsOf(secret)) {
      text = text.replaceAll(escapeForJson(spelling), name)
    }
  }
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
