/** Tools of the specification: the shape of what the lint finds. */

/** One thing that is wrong: `file`, `line` from 1, and a sentence that says what to do. */
export interface Finding {
  file: string
  line: number
  message: string
}
