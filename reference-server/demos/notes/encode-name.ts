/** File names in headers: they alone know the encoding that mail (RFC 2231) and HTTP (RFC 8187) share. */

/** A file name as what follows `filename*=`. */
export function encodeName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed())
  return `UTF-8''${encoded.replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)}`
}
