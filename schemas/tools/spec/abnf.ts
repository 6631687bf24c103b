/** Tools of the specification: its grammars as regular expressions over octets, so that a test can try them. */

const CORE: Readonly<Record<string, string>> = { ALPHA: '[A-Za-z]', DIGIT: '[0-9]', SP: ' ' }

/** The rules of all grammars in `texts`, by name, as unparsed ABNF. */
export function readRules(texts: readonly string[]): Map<string, string> {
  const lines = texts
    .flatMap((text) => text.split('\n'))
    .map((line) => line.replace(/("[^"]*")|;.*$/g, '$1').trimEnd())
    .filter((line) => line.length > 0)
  const rules = new Map<string, string>()
  let name = ''
  for (const line of lines) {
    const opening = /^([a-z][a-z0-9-]*) += +(.*)$/.exec(line)
    if (opening?.[1] !== undefined) name = opening[1]
    rules.set(name, `${rules.get(name) ?? ''} ${opening?.[2] ?? line}`.trim())
  }
  return rules
}

/**
 * The rule as a regular expression for whole strings whose characters are octets (latin1).
 * @throws Error where the rule, or one that it names, is missing or cannot be read.
 */
export function ruleRegExp(rules: ReadonlyMap<string, string>, name: string): RegExp {
  return new RegExp(`^(?:${pattern(rules, name)})$`)
}

function pattern(rules: ReadonlyMap<string, string>, name: string): string {
  const core = CORE[name]
  if (core !== undefined) return core
  const text = rules.get(name)
  if (text === undefined) throw new Error(`no grammar has the rule ${name}`)
  const words = text.match(/%s"[^"]*"|"[^"]*"|%x[0-9A-F-]+|\d*\*\d*|\d+|[a-zA-Z][\w-]*|[()[\]/]/g)
  if (words?.join('') !== text.replaceAll(/("[^"]*")|\s/g, '$1')) {
    throw new Error(`the rule ${name} cannot be read: ${text}`)
  }
  return alternation(words, rules)
}

function alternation(words: string[], rules: ReadonlyMap<string, string>): string {
  const branches = ['']
  while (words.length > 0 && words[0] !== ')' && words[0] !== ']') {
    if (words[0] === '/') {
      words.shift()
      branches.push('')
    } else {
      branches.push(`${branches.pop()}${repetition(words, rules)}`)
    }
  }
  return `(?:${branches.join('|')})`
}

function repetition(words: string[], rules: ReadonlyMap<string, string>): string {
  const word = words.shift() ?? ''
  if (!/^[\d*]/.test(word)) return element(word, words, rules)
  const [least = '', most = least] = word.split('*')
  const bounds = word.includes('*') ? `{${least || '0'},${most}}` : `{${least}}`
  return `${element(words.shift() ?? '', words, rules)}${bounds}`
}

function element(word: string, words: string[], rules: ReadonlyMap<string, string>): string {
  if (word === '(' || word === '[') {
    const inner = alternation(words, rules)
    words.shift()
    return word === '[' ? `${inner}?` : inner
  }
  if (word.startsWith('%x')) {
    const [from, to = from] = word.slice(2).split('-')
    return `[\\x${from}-\\x${to}]`
  }
  if (word.startsWith('%s')) return `(?:${escaped(word.slice(3, -1))})`
  if (word.startsWith('"')) {
    const either = escaped(word.slice(1, -1)).replaceAll(
      /[a-z]/gi,
      (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`,
    )
    return `(?:${either})`
  }
  return pattern(rules, word)
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
