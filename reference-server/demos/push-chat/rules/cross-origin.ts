/** Headers for pages of other origins: they alone know what such a page may do. */

/**
 * Headers that let any page read any answer, never with credentials.
 * @spec application.cors.open
 */
function makeCrossOriginHeaders(
  _status: number,
  _origin: string | undefined,
): Record<string, string> {
  return { 'access-control-allow-origin': '*' }
}

/**
 * Headers that answer a preflight: the methods of the path and the headers that were asked for.
 * @spec application.cors.preflight
 */
function makePreflightHeaders(
  methods: readonly string[],
  askedHeaders: string | undefined,
): Record<string, string> {
  const asked = /^[\w\-, !#$%&'*+.^`|~]{1,1000}$/.test(askedHeaders ?? '')
    ? askedHeaders
    : undefined
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': asked ?? 'content-type',
    'access-control-max-age': '600',
    vary: 'access-control-request-headers',
  }
}

export const crossOriginRules = { makeCrossOriginHeaders, makePreflightHeaders }
