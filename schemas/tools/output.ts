/** The generator's one shape: what a producer of generated files hands to `generate.ts`. */

/** A generated file: its path relative to the root of the repository, and its whole text. */
export type Output = { readonly path: string; readonly text: string }

/** Makes a list of generated files from the project's sources, without writing any. */
export type Producer = () => Promise<readonly Output[]>
