/** Faults of paths: of which an application may use, and of how its webhooks carry them. */
import type { Fault, Parts } from '../parts.ts'
import { Refusal } from '../refusal.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is let through
const C0 = /[\u0000-\u001f]/g
const C1 = /[\u007f-\u009f]/g

const ACCEPT = 'socket.path.accept'
const ENCODED = 'socket.path.encoded'
const REFUSE = 'socket.path.refuse'

type Read = Parts['rules']['readSocketPath']

/** Reads paths in another way. */
function reads(
  name: string,
  misdeed: string,
  breaks: readonly string[],
  make: (read: Read) => Read,
): Fault {
  return {
    name,
    misdeed,
    breaks,
    apply: ({ rules }) => {
      rules.readSocketPath = make(rules.readSocketPath)
    },
  }
}

/** Makes another path of a legal one. */
function changes(name: string, misdeed: string, change: (path: string) => string): Fault {
  return reads(
    name,
    misdeed,
    [ACCEPT, ENCODED],
    (read) => (value, maxBytes) => change(read(value, maxBytes)),
  )
}

/** Refuses legal paths. */
function refuses(name: string, misdeed: string, isRefused: (path: string) => boolean): Fault {
  return reads(name, misdeed, [ACCEPT], (read) => (value, maxBytes) => {
    const path = read(value, maxBytes)
    if (isRefused(path)) throw new Refusal('invalid-path', 'path is not to my taste')
    return path
  })
}

/** Lets a path through that would be legal without what `clean` takes away. */
function overlooks(name: string, misdeed: string, clean: (path: string) => string): Fault {
  return reads(name, misdeed, [REFUSE], (read) => (value, maxBytes) => {
    if (typeof value !== 'string') return read(value, maxBytes)
    read(clean(value), maxBytes)
    return value.replace(/^\//, '')
  })
}

/** Encodes a path for its URL in another way. */
function encodes(
  name: string,
  misdeed: string,
  change: (encoded: string, path: string, again: (text: string) => string) => string,
): Fault {
  return {
    name,
    misdeed,
    breaks: [ENCODED],
    apply: ({ rules }) => {
      const encode = rules.encodeSocketPath
      rules.encodeSocketPath = (path) => change(encode(path), path, encode)
    },
  }
}

/** The path without anything that looks like a dot segment, unless `hasDots` sees one. */
function withoutDots(path: string, hasDots: (path: string) => boolean): string {
  return hasDots(path) ? path : path.replace(/[.%]/g, 'x')
}

function hasDotsAsItIs(path: string): boolean {
  return path.split(/[/\\]/).some((segment) => segment === '.' || segment === '..')
}

function decodeWhole(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function decodePiecewise(text: string): string {
  return text.replace(/%[0-7][0-9a-f]/gi, decodeWhole)
}

function hasDotsInEvery(decode: (text: string) => string, separators: RegExp) {
  return (path: string): boolean => {
    const isDots = (segment: string): boolean => segment === '.' || segment === '..'
    for (let stage = path, next = ''; stage !== next; [stage, next] = [decode(stage), stage]) {
      if (stage.split(separators).some(isDots)) return true
    }
    return false
  }
}

/** Each breaks what the chapter on sockets promises about paths. */
export const socketPathFaults: readonly Fault[] = [
  reads(
    'keeps-leading-slash-of-paths',
    'The leading slash of a path is kept.',
    [ACCEPT, ENCODED],
    (read) => (value, maxBytes) =>
      `${typeof value === 'string' && value.startsWith('/') ? '/' : ''}${read(value, maxBytes)}`,
  ),
  changes('decodes-paths-at-once', 'A path is percent-decoded when it is taken.', decodeWhole),
  changes('normalises-paths', 'A path is brought into a normal form of Unicode.', (path) =>
    path.normalize('NFC'),
  ),
  changes('cuts-long-paths', 'A path longer than 255 characters is cut.', (path) =>
    path.slice(0, 255),
  ),
  changes('trims-paths', 'Spaces at the ends of segments are dropped.', (path) =>
    path
      .split('/')
      .map((segment) => segment.trim())
      .join('/'),
  ),
  changes('lowers-paths', 'A path is brought into small letters.', (path) => path.toLowerCase()),
  refuses('refuses-percent-in-paths', 'A path with a percent sign is refused.', (path) =>
    path.includes('%'),
  ),
  refuses(
    'refuses-longest-paths',
    'A path of as many bytes as are allowed is refused.',
    (path) => Buffer.byteLength(path) >= 1023,
  ),
  refuses(
    'takes-dots-for-dot-segments',
    'A path with a segment that begins with a dot is refused.',
    (path) => /(^|\/)\./.test(path),
  ),
  refuses(
    'looks-for-controls-in-decodings',
    'A path that has a control character when it is decoded is refused.',
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    (path) => /[\u0000-\u001f]/.test(decodePiecewise(path)),
  ),
  {
    name: 'sends-encoded-path-as-field',
    misdeed: 'The field path is percent-encoded like the path in the URL.',
    breaks: [ACCEPT],
    apply: ({ rules }) => {
      const make = rules.makeSocketFields
      rules.makeSocketFields = (delivery) =>
        make(delivery).map(([name, value]) =>
          name === 'path' ? [name, rules.encodeSocketPath(value)] : [name, value],
        )
    },
  },
  {
    name: 'tells-path-with-handshake-alone',
    misdeed: 'The field path of message and closed is empty.',
    breaks: [ACCEPT],
    apply: ({ rules }) => {
      const make = rules.makeSocketFields
      rules.makeSocketFields = (delivery) =>
        make(delivery).map(([name, value]) =>
          name === 'path' && delivery.event !== 'handshake' ? [name, ''] : [name, value],
        )
    },
  },
  {
    name: 'leaves-empty-path-out',
    misdeed: 'A webhook of a socket without a path has no field path.',
    breaks: [ACCEPT],
    apply: ({ rules }) => {
      const make = rules.makeSocketFields
      rules.makeSocketFields = (delivery) =>
        make(delivery).filter(([name, value]) => name !== 'path' || value !== '')
    },
  },
  encodes(
    'encodes-paths-twice',
    'A path is percent-encoded twice in the URL.',
    (encoded, _path, again) => again(encoded),
  ),
  encodes(
    'leaves-question-marks-in-targets',
    'A question mark of a path stands as it is in the URL.',
    (encoded) => encoded.replaceAll('%3F', '?'),
  ),
  encodes(
    'leaves-percent-in-targets',
    'A percent sign of a path stands as it is in the URL.',
    (encoded) => encoded.replaceAll('%25', '%'),
  ),
  encodes('encodes-spaces-as-plus', 'A space of a path is a plus sign in the URL.', (encoded) =>
    encoded.replaceAll('%20', '+'),
  ),
  encodes(
    'encodes-slashes-of-paths',
    'A path is one segment in the URL, its slashes encoded.',
    (_encoded, path) => encodeURIComponent(path),
  ),
  encodes(
    'drops-path-behind-question-mark',
    'What follows a question mark or a number sign of a path is missing in the URL.',
    (_encoded, path, again) => again(path.split(/[?#]/)[0] ?? ''),
  ),
  {
    name: 'sends-closed-without-path-in-url',
    misdeed: 'A closed goes to the configured URL without the path.',
    breaks: [ENCODED],
    apply: ({ rules }) => {
      const { decideSocketWebhookUrl, encodeSocketPath } = rules
      let isClosed = false
      rules.decideSocketWebhookUrl = (urls, delivery) => {
        isClosed = delivery.event === 'closed'
        return decideSocketWebhookUrl(urls, delivery)
      }
      rules.encodeSocketPath = (path) => (isClosed ? '' : encodeSocketPath(path))
    },
  },
  {
    name: 'sends-paths-in-query',
    misdeed: 'The path stands in the query of the URL.',
    breaks: [ENCODED],
    apply: ({ rules }) => {
      rules.makeSocketTarget = ({ pathname }, encodedPath) =>
        encodedPath === '' ? pathname : `${pathname}?path=${encodedPath}`
    },
  },
  {
    name: 'sends-slash-for-no-path',
    misdeed: 'Without a path, a slash follows the configured URL.',
    breaks: [ENCODED],
    apply: ({ rules }) => {
      const make = rules.makeSocketTarget
      rules.makeSocketTarget = (configured, encodedPath) =>
        encodedPath === '' ? `${configured.pathname}/` : make(configured, encodedPath)
    },
  },
  {
    name: 'joins-paths-without-slash',
    misdeed:
      'The path follows the configured URL at once, also where that does not end in a slash.',
    breaks: [ENCODED],
    apply: ({ rules }) => {
      rules.makeSocketTarget = ({ pathname }, encodedPath) => pathname + encodedPath
    },
  },
  overlooks('lets-dot-segments-through', 'Dot segments are not looked for.', (path) =>
    withoutDots(path, () => false),
  ),
  overlooks(
    'looks-for-dots-in-the-text-alone',
    'Dot segments are looked for in the text, and in no decoding of it.',
    (path) => withoutDots(path, hasDotsAsItIs),
  ),
  overlooks(
    'looks-for-dots-in-one-decoding',
    'Dot segments are looked for in the text and in its first decoding.',
    (path) =>
      withoutDots(path, (text) => hasDotsAsItIs(text) || hasDotsAsItIs(decodePiecewise(text))),
  ),
  overlooks(
    'decodes-whole-paths-or-nothing',
    'A path with something that is no escape, or no UTF-8, is not decoded any further.',
    (path) => withoutDots(path, hasDotsInEvery(decodeWhole, /[/\\]/)),
  ),
  overlooks(
    'ignores-backslashes-in-decodings',
    'Dot segments are looked for between slashes alone.',
    (path) => withoutDots(path, hasDotsInEvery(decodePiecewise, /\//)),
  ),
  overlooks('lets-empty-segments-through', 'Two slashes in a row count as one.', (path) =>
    path.replace(/\/{2,}/g, '/'),
  ),
  overlooks('lets-trailing-slash-through', 'A slash at the end is dropped.', (path) =>
    path.replace(/(.)\/$/, '$1'),
  ),
  overlooks('drops-every-leading-slash', 'All leading slashes are dropped.', (path) =>
    path.replace(/^\/+/, ''),
  ),
  overlooks(
    'lets-controls-into-paths',
    'Control characters below U+0020 are let through.',
    (path) => path.replace(C0, ''),
  ),
  overlooks(
    'lets-c1-controls-into-paths',
    'Control characters from U+007F to U+009F are let through.',
    (path) => path.replace(C1, 'x'),
  ),
  overlooks('lets-backslashes-into-paths', 'Backslashes are let through.', (path) =>
    path.replaceAll('\\', 'x'),
  ),
  reads(
    'counts-path-in-characters',
    'The length of a path is counted in characters.',
    [REFUSE],
    (read) => (value, maxBytes) =>
      read(value, typeof value === 'string' && value.length <= maxBytes ? 4 * maxBytes : maxBytes),
  ),
  reads(
    'takes-any-path-as-text',
    'A path that is no string is made one.',
    [REFUSE],
    (read) => (value, maxBytes) => read(value === undefined ? value : String(value), maxBytes),
  ),
  reads(
    'takes-null-path-for-none',
    'A path of null counts as none.',
    [REFUSE],
    (read) => (value, maxBytes) => read(value ?? undefined, maxBytes),
  ),
]
