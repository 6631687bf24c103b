/** Judges values against the JSON Schemas; it alone knows which validator does so. */
import { createRequire } from 'node:module'
import type * as Ajv from 'ajv/dist/2020.js'
import type formats from 'ajv-formats'
import { explainFinding, type Finding, type ValidationError } from './explain.ts'
import { JSON_SCHEMAS, type SchemaFile } from './json-schemas.ts'
import type { Types } from './types.ts'

export type { ValidationError } from './explain.ts'

/** The name of a type that has a schema. */
export type TypeName = keyof Types

/** The outcome of `validate`: the value as its type, or at least one error. */
export type Validation<T> =
  | { readonly valid: true; readonly value: T }
  | { readonly valid: false; readonly errors: readonly ValidationError[] }

/** Judges a value against one type; never throws for any value. */
export type Validate = <Name extends TypeName>(
  typeName: Name,
  value: unknown,
) => Validation<Types[Name]>

/** Which envelope a `type` means. */
const envelopes: ReadonlyMap<unknown, TypeName> = new Map([
  ['welcome', 'WelcomeEnvelope'],
  ['message', 'MessageEnvelope'],
  ['heartbeat', 'HeartbeatEnvelope'],
  ['reconnect', 'ReconnectEnvelope'],
])

/**
 * Makes a validator of the given schema files; each type is compiled when it is first asked for.
 * Strict, which is the default, refuses malformed schemas and unknown, ignored or untyped keywords.
 * Schemas that are proven to be well-formed need not be judged again, which takes as long as all else.
 * @throws Error when a schema is malformed; when asked for a type that no file defines.
 */
export function makeValidate(
  files: readonly SchemaFile[],
  { strict, isProven = false }: { readonly strict: boolean; readonly isProven?: boolean } = {
    strict: true,
  },
): Validate {
  // Loaded when first asked for: most programs import this long before they judge anything, if they ever do.
  const load = createRequire(import.meta.url)
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof Ajv
  const addFormats = load('ajv-formats') as typeof formats.default
  const ajv = new Ajv2020({
    validateSchema: strict && !isProven,
    strict,
    // Values are small and programs short: compiling fast counts for more than judging fast.
    code: { optimize: false },
    inlineRefs: false,
    allErrors: true,
    verbose: true,
    schemas: [...files],
  })
  addFormats(ajv, ['date-time'])
  const addresses = new Map(
    files.flatMap(({ $id, $defs }) =>
      Object.keys($defs).map((name): [string, string] => [name, `${$id}#/$defs/${name}`]),
    ),
  )

  const findings = (typeName: TypeName, value: unknown): readonly Finding[] => {
    const judge = ajv.getSchema(addresses.get(typeName) ?? typeName)
    if (judge === undefined) throw new Error(`There is no schema of the type ${typeName}.`)
    return judge(value) === true ? [] : (judge.errors ?? [])
  }

  const explain = (typeName: TypeName, value: unknown, found: readonly Finding[]) =>
    typeName === 'Envelope'
      ? explainEnvelope(value)
      : // The keyword `if` only repeats that its branch reported something.
        found.filter(({ keyword }) => keyword !== 'if').map(explainFinding)

  const explainEnvelope = (value: unknown): readonly ValidationError[] => {
    const whole = { instancePath: '', data: value, params: {} }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return [explainFinding({ ...whole, keyword: 'type', schema: 'object' })]
    }
    const { type } = value as { readonly type?: unknown }
    if (type === undefined) {
      const params = { missingProperty: 'type' }
      return [explainFinding({ ...whole, keyword: 'required', params })]
    }
    const meant = envelopes.get(type)
    if (meant !== undefined) return explain(meant, value, findings(meant, value))
    const known = [...envelopes.keys()]
    return [
      explainFinding({
        ...whole,
        instancePath: '/type',
        keyword: 'enum',
        schema: known,
        data: type,
      }),
    ]
  }

  return (typeName, value) => {
    const found = findings(typeName, value)
    if (found.length > 0) return { valid: false, errors: explain(typeName, value, found) }
    return { valid: true, value: value as Types[typeof typeName] }
  }
}

let own: Validate | undefined

/**
 * Judges a value against a type of this revision. Errors of an `Envelope` are those of the envelope
 * that its `type` names. Byte lengths and lone surrogates are not judged: see `clientIdIsLegal`.
 */
export const validate: Validate = (typeName, value) => {
  own ??= makeValidate(JSON_SCHEMAS, { strict: true, isProven: true })
  return own(typeName, value)
}

/**
 * Puts errors into one line of text, in the order in which they were found. It repeats what came,
 * which may be secret: an answer to a stranger is made of `pointer` and `expected` alone.
 */
export function describeErrors(errors: readonly ValidationError[]): string {
  return errors
    .map(
      ({ pointer, expected, got }) => `${pointer || 'the value'}: expected ${expected}, got ${got}`,
    )
    .join('; ')
}
