/** Finds the secrets that an answer gives away by its purpose; it alone knows where a token and a ticket stand. */

const TOKEN = /"token"\s*:\s*("(?:[^"\\]|\\.){8,}?")/g
const TICKET = /\/v1\/socket\/([^"?#\s]{8,})/g

/** The tokens and tickets in a body; shorter ones than any service may make are not looked for. */
export function givenSecrets(body: string): string[] {
  if (!body.includes('"token"') && !body.includes('/v1/socket/')) return []
  return [
    ...[...body.matchAll(TOKEN)].map(([, text = '']) => readText(text)),
    ...[...body.matchAll(TICKET)].map(([, ticket = '']) => ticket),
  ]
}

function readText(json: string): string {
  try {
    return String(JSON.parse(json))
  } catch {
    return json.slice(1, -1)
  }
}
