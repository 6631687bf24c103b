/** Rule of instants: it alone knows how a moment is written. */

/** An instant as RFC 3339 in UTC with milliseconds. */
export function writeInstant(atMs: number): string {
  return new Date(atMs).toISOString()
}
