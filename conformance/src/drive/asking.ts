/** Asks for what was missed: how cursors get into the URL of a connection. */

/** The cursors of a connection; each stream that has none is not asked for. */
export interface Cursors {
  readonly after?: string
  readonly after_broadcast?: string
}

/** The query that asks with these cursors, in the order in which they are given. */
export function asking(cursors: Cursors): string {
  return new URLSearchParams({ ...cursors }).toString()
}

/** A URL with `query` behind the query that it may have; the URL itself where there is nothing to append. */
export function withQuery(url: string, query: string | undefined): string {
  if (query === undefined || query === '') return url
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}
