/** Judges an example by a validator: the one meaning of "this example holds". */
import type { Validate } from '../src/validate.ts'
import type { Example } from './example-files.ts'

/** What an example promised and a validator did not do; empty when the example holds. */
export function disappointments(validate: Validate, example: Example): readonly string[] {
  const result = validate(example.type, example.value)
  if (example.valid) return result.valid ? [] : [`refused: ${JSON.stringify(result.errors)}`]
  if (result.valid) return ['accepted']
  return (example.errors ?? [])
    .filter(
      ({ pointer, keyword }) =>
        !result.errors.some((error) => error.pointer === pointer && error.keyword === keyword),
    )
    .map(({ pointer, keyword }) => `no error of the keyword ${keyword} at "${pointer}"`)
}

/** Whether a validator does with an example what the example promises. */
export function holds(validate: Validate, example: Example): boolean {
  return disappointments(validate, example).length === 0
}
