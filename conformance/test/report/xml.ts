/** Reads the part of XML 1.0 that reports use, and refuses everything that is not well-formed in it. */

/** An element with its attributes, child elements and text. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
}

const NAME = '[A-Za-z][\\w.-]*'
const TEXT = '(?:[^<>&"]|&#\\d+;)*'
const PIECE = new RegExp(
  `<(?<open>${NAME})(?<attributes>(?: ${NAME}="${TEXT}")*)(?<empty>/?)>|</(?<close>${NAME})>|(?<text>(?:[^<>&"]|&#\\d+;)+)`,
  'uy',
)
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/** The root element of a document. Throws where the text is not well-formed. */
export function readXml(document: string): Element {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n'
  if (!document.startsWith(head)) throw new Error('no XML declaration')
  type Growing = Element & { children: Element[]; text: string }
  const root: Growing = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  PIECE.lastIndex = head.length
  while (PIECE.lastIndex < document.length) {
    const at = PIECE.lastIndex
    const groups = PIECE.exec(document)?.groups
    const parent = open.at(-1)
    if (!groups || !parent)
      throw new Error(`not well-formed at ${at}: ${document.slice(at, at + 40)}`)
    if (groups.open !== undefined) {
      const element = {
        name: groups.open,
        attributes: readAttributes(groups.attributes),
        children: [],
        text: '',
      }
      parent.children.push(element)
      if (!groups.empty) open.push(element)
    } else if (groups.close !== undefined) {
      if (open.pop()?.name !== groups.close)
        throw new Error(`${groups.close} closes another element`)
    } else {
      parent.text += unescapeXml(groups.text ?? '')
    }
  }
  const [only, ...others] = root.children
  if (open.length !== 1 || !only || others.length > 0 || root.text.trim() !== '') {
    throw new Error('a document is one element')
  }
  return only
}

function readAttributes(text = ''): Record<string, string> {
  const pairs = [...text.matchAll(new RegExp(` (${NAME})="(${TEXT})"`, 'gu'))].map(
    // A parser makes spaces of the line ends and tabs that stand in attributes as themselves.
    ([, name = '', value = '']) => [name, unescapeXml(value.replace(/[\t\n\r]/g, ' '))] as const,
  )
  if (new Set(pairs.map(([name]) => name)).size < pairs.length)
    throw new Error('an attribute twice')
  return Object.fromEntries(pairs)
}

function unescapeXml(text: string): string {
  const read = text
    .replace(/\r\n?/g, '\n')
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  if (FORBIDDEN.test(read)) throw new Error('a character that XML forbids')
  return read
}
