/** Which file of a folder is which article: found by what is in it, whatever its name. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AnchorMissingError } from './code/fragments.ts'

/** An article to find. */
export interface Wanted {
  readonly name: string
  /** Its client code. Throws {@link AnchorMissingError} where the text is another. */
  read(text: string): string
}

/** Each article with its client code, or with `undefined` where no file of the folder is that article. */
export async function findArticles<Article extends Wanted>(
  folder: string,
  wanted: readonly Article[],
): Promise<(Article & { code: string | undefined })[]> {
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile())
  const texts = await Promise.all(files.map(({ name }) => readFile(join(folder, name), 'utf8')))
  return wanted.map((article) => ({
    ...article,
    code: texts.map((text) => readOr(article.read, text)).find((code) => code !== undefined),
  }))
}

function readOr(read: Wanted['read'], text: string): string | undefined {
  try {
    return read(text)
  } catch (error) {
    if (error instanceof AnchorMissingError) return undefined
    throw error
  }
}
