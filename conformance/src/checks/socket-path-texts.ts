/** Paths that are legal and paths that are not, each made behind a segment that nobody has used. */

/** Makes a path from its first segment and the advertised most bytes. */
type MakePath = (first: string, most: number) => string

/** Paths that every service takes, by what is special about them. */
export const LEGAL_PATHS: Readonly<Record<string, MakePath>> = {
  'one segment': (first) => first,
  plain: (first) => `${first}/foo/bar`,
  'leading slash': (first) => `/${first}/foo/bar`,
  'URL syntax': (first) => `${first}/50%/a?b#c`,
  'question mark at the end': (first) => `${first}/a?`,
  'number sign first': (first) => `${first}/#/a`,
  percent: (first) => `${first}/%41`,
  'encoded letter in small': (first) => `${first}/%c3%a9`,
  'encoded slash': (first) => `${first}/a%2Fb%2fc`,
  'encoded backslash': (first) => `${first}/a%5Cb`,
  'encoded twice': (first) => `${first}/%2541%25`,
  'encoded controls': (first) => `${first}/%00%0d%0a%7F`,
  'no encoding': (first) => `${first}/%/%%/%zz/%2`,
  'no UTF-8': (first) => `${first}/%FF/%C0%AE%C0%AE/%E9`,
  scripts: (first) => `${first}/고객/é/Ünïcödé/日本`,
  'decomposed letters': (first) => `${first}/e\u0301/A\u030a/ﬁ/Å`,
  emoji: (first) => `${first}/👩‍👧/🏳️‍🌈`,
  'space and plus': (first) => `${first}/a b+c/ d /+`,
  'no-break space': (first) => `${first}/\u00a0/\u2028/\ufeff`,
  quotes: (first) => `${first}/"a"/'b'/\`c\``,
  punctuation: (first) => `${first}/!$&'()*+,;=:@/-._~/<>[]{}|^`,
  form: (first) => `${first}/a=b&c=d;e`,
  'dots that are none': (first) => `${first}/.../.a/a./..a/a../a.b/..;`,
  'encoded dots that are none': (first) => `${first}/%2e%2e%2e/a%2e/%252e.a`,
  'two-letter case': (first) => `${first}/ABC/abc/%4a%4A`,
  address: (first) => `${first}/http:/elsewhere.example:80/x`,
  'looks like a number': (first) => `${first}/0/1e3/-0`,
  longest: (first, most) => fill(`${first}/`, 'a', most),
  'longest in another script': (first, most) => fill(`${first}/`, '고', most),
  'many segments': (first, most) => fill(first, '/a', most),
}

/** Paths that every service refuses, by what is wrong with them. */
export const ILLEGAL_PATHS: Readonly<Record<string, MakePath>> = {
  'two dots alone': () => '..',
  'two dots first': (first) => `../${first}`,
  'two dots behind a slash': (first) => `/../${first}`,
  'two dots inside': (first) => `${first}/../b`,
  'two dots last': (first) => `${first}/..`,
  'one dot alone': () => '.',
  'one dot first': (first) => `./${first}`,
  'one dot last': (first) => `${first}/.`,
  'encoded dots': (first) => `${first}/%2e%2E`,
  'one encoded dot': (first) => `${first}/%2e/b`,
  'one dot of two encoded': (first) => `${first}/.%2e`,
  'encoded twice': (first) => `${first}/%252e%252E/b`,
  'encoded three times': (first) => `${first}/%25252e%25252e`,
  'encoded five times': (first) => `${first}/%252525252e.`,
  'between encoded slashes': (first) => `${first}%2F..%2Fb`,
  'between twice encoded slashes': (first) => `${first}%252F..%252fb`,
  'behind an encoded slash': (first) => `${first}%2f%2e%2e`,
  'behind an encoded backslash': (first) => `${first}%5C..`,
  'between twice encoded backslashes': (first) => `${first}/a%255c%252e%252e%255Cb`,
  'before an encoded slash': () => '..%2fb',
  'escape made of escapes': (first) => `${first}/%%32%65`,
  'escape made of halves': (first) => `${first}/%2%65%2%65`,
  'beside what is no escape': (first) => `${first}/50%/%2e%2e`,
  'beside what is no UTF-8': (first) => `${first}/%FF/%2e%2e`,
  'in a segment with what is no UTF-8': (first) => `${first}/%2e%2e%2F%C3%28`,
  'two slashes': (first) => `${first}//b`,
  'slash at the end': (first) => `${first}/`,
  'slashes around': (first) => `/${first}/`,
  'two slashes first': (first) => `//${first}`,
  'two slashes alone': () => '//',
  nul: (first) => `${first}/a\u0000b`,
  'line feed': (first) => `${first}/a\nb`,
  'carriage return': (first) => `${first}/a\r`,
  tab: (first) => `${first}/\tb`,
  'unit separator': (first) => `${first}/\u001f`,
  delete: (first) => `${first}/\u007f`,
  'next line': (first) => `${first}/a\u0085b`,
  'last of C1': (first) => `${first}/\u009f`,
  backslash: (first) => `${first}\\b`,
  'backslash and dots': (first) => `${first}/a\\..\\b`,
  'one byte too long': (first, most) => `${fill(`${first}/`, 'a', most)}a`,
  'one letter too long': (first, most) => `${fill(`${first}/`, 'é', most)}é`,
}

/** What is no text at all. */
export const NOT_TEXTS: Readonly<Record<string, unknown>> = {
  null: null,
  number: 42,
  boolean: false,
  list: ['a', 'b'],
  object: { path: 'a' },
}

/** The text, and `filling` behind it as often as it fits into `most` bytes. */
function fill(text: string, filling: string, most: number): string {
  const times = Math.floor((most - Buffer.byteLength(text)) / Buffer.byteLength(filling))
  return text + filling.repeat(Math.max(0, times))
}
