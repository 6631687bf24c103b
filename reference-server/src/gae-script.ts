/** The built script of the goog.appengine surface; it alone knows in which file it lies. */
import { readFile } from 'node:fs/promises'
import { CONNECT_URL_PLACE } from './rules/gae.ts'

const FILE = 'client/built/goog-appengine.js'

let known: Promise<string> | undefined

/**
 * The text of the script, which is read once. Rejects with what to do where the file is missing or has no place for the
 * connect URL.
 */
export function readGaeScript(): Promise<string> {
  known ??= readBuilt()
  return known
}

async function readBuilt(): Promise<string> {
  const text = await readFile(new URL(`../${FILE}`, import.meta.url), 'utf8').catch(
    (cause: unknown) => {
      throw new Error(`${FILE} cannot be read; build it with "npm run generate"`, { cause })
    },
  )
  if (CONNECT_URL_PLACE.test(text)) return text
  throw new Error(`${FILE} has no place for the connect URL; build it with "npm run generate"`)
}
