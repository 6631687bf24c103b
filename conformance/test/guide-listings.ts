/** Reads the listings of a guide; it alone knows how a file and its commands stand in the text. */

/** A file that a guide lists whole. */
export interface Listing {
  readonly file: string
  readonly text: string
}

/** Every file of a guide: its name on a line of its own, and the block below it. */
export function readFiles(guide: string): readonly Listing[] {
  return [...guide.matchAll(/^`([\w.-]+)`[^\n]*:\n\n```\w+\n([\s\S]*?)^```$/gm)].map(
    ([, file = '', text = '']) => ({ file, text }),
  )
}

/** Every block of commands for a shell, in the order of the text. */
export function readCommands(guide: string): readonly string[] {
  return [...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, commands = '']) => commands)
}

/** The rows of the table whose head is given, each as it stands in the text. */
export function readTable(guide: string, head: string): readonly string[] {
  const [, below = ''] = guide.split(`${head}\n`)
  const [, ...rows] = (below.split('\n\n')[0] ?? '').split('\n')
  return rows
}
