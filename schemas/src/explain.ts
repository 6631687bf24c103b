/** Puts a validator's finding into words; knows alone how each schema keyword is said to a person. */

/** One place where a value is not what its type asks for. */
export type ValidationError = {
  /** JSON Pointer (RFC 6901) to the place; of a missing member, where it belongs. Empty for the whole value. */
  readonly pointer: string
  /** The schema keyword that was not met. */
  readonly keyword: string
  /** What the schema asks for, in words. */
  readonly expected: string
  /** What stands there: JSON, at most 80 characters, or `nothing`. */
  readonly got: string
}

/** What a JSON Schema validator reports about one keyword. */
export type Finding = {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string
  readonly schema?: unknown
  readonly data?: unknown
}

const longestGot = 80

const articles: Readonly<Record<string, string>> = {
  array: 'an array',
  boolean: 'true or false',
  integer: 'an integer',
  number: 'a number',
  object: 'an object',
  string: 'a string',
}

const wordings: Readonly<Record<string, (finding: Finding) => string>> = {
  const: ({ schema }) => JSON.stringify(schema),
  contains: ({ schema }) => `an array that contains ${wanted(schema)}`,
  dependentRequired: ({ params }) => `a value, as "${params.property}" is present`,
  enum: ({ schema }) =>
    `one of ${(schema as unknown[]).map((one) => JSON.stringify(one)).join(', ')}`,
  format: ({ schema }) => `an existing ${schema}`,
  maximum: ({ schema }) => `at most ${schema}`,
  maxLength: ({ schema }) => `a string of at most ${counted(schema, 'character')}`,
  minimum: ({ schema }) => `at least ${schema}`,
  minItems: ({ schema }) => `an array of at least ${counted(schema, 'item')}`,
  minLength: ({ schema }) => `a string of at least ${counted(schema, 'character')}`,
  multipleOf: ({ schema }) => (schema === 2 ? 'an even number' : `a multiple of ${schema}`),
  not: ({ schema }) => `anything but ${wanted(schema)}`,
  pattern: ({ schema }) => `a string that matches ${schema}`,
  required: () => 'a value',
  type: ({ schema }) => articles[String(schema)] ?? String(schema),
  uniqueItems: () => 'items that all differ',
}

function counted(count: unknown, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`
}

function wanted(schema: unknown): string {
  const { const: value, multipleOf } = schema as { const?: unknown; multipleOf?: unknown }
  if (value !== undefined) return JSON.stringify(value)
  return multipleOf === 2 ? 'an even number' : JSON.stringify(schema)
}

function shorten(text: string): string {
  return text.length <= longestGot ? text : `${text.slice(0, longestGot - 1)}…`
}

function write(data: unknown): string {
  try {
    return JSON.stringify(data) ?? String(data)
  } catch {
    // A parser takes what is nested deeper than a writer can follow.
    return `${Array.isArray(data) ? 'an array' : 'an object'} that is nested too deeply to show`
  }
}

function escapePointer(member: unknown): string {
  return String(member).replaceAll('~', '~0').replaceAll('/', '~1')
}

/** Says what one finding means: the place, what was expected there, and what came. Never throws. */
export function explainFinding(finding: Finding): ValidationError {
  const { instancePath, keyword, params, message, data } = finding
  const expected = wordings[keyword]?.(finding) ?? message ?? `what "${keyword}" asks for`
  const missing = params.missingProperty
  if (missing !== undefined) {
    return {
      pointer: `${instancePath}/${escapePointer(missing)}`,
      keyword,
      expected,
      got: 'nothing',
    }
  }
  const got = data === undefined ? 'nothing' : shorten(write(data))
  return { pointer: instancePath, keyword, expected, got }
}
