/** Texts that a service did not issue, made from one that it did; it alone knows which changes no reading may forgive. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Another character at a place, whose first bit of Base64 differs: the last bits of a text may mean nothing. */
export function alter(text: string, at: number): string {
  const place = ALPHABET.indexOf(text[at] ?? '')
  return `${text.slice(0, at)}${ALPHABET[place < 0 ? 0 : place ^ 32]}${text.slice(at + 1)}`
}

/** What every such text is spoiled by, by the name of the role that shows it. */
export const SPOILED: Readonly<Record<string, (text: string) => string>> = {
  'altered at its start': (text) => alter(text, 0),
  'altered in the middle': (text) => alter(text, Math.floor(text.length / 2)),
  'altered at its end': (text) => alter(text, text.length - 1),
  'cut in half': (text) => text.slice(0, Math.ceil(text.length / 2)),
  'without its end': (text) => text.slice(0, -1),
  lengthened: (text) => `${text}A`,
  'with a dot behind it': (text) => `${text}.`,
  'with another part': (text) => `${text}.A`,
  'without what is behind its last dot': (text) =>
    text.slice(0, text.lastIndexOf('.') + 1) || text.slice(0, -1),
}
