/** The browser of the tests: alone knows where a Chromium may be and how it is started. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** Nothing but this machine can be reached from a page. */
const LOOPBACK_ONLY = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'

/**
 * The path of a Chromium: `CHROMIUM` of the environment, or the first of the usual names on its `PATH`.
 * Throws an error that says what to install where there is none.
 */
export function findChromium(env: NodeJS.ProcessEnv): string {
  const { CHROMIUM: chosen, PATH: path = '' } = env
  if (chosen) {
    if (isProgram(chosen)) return chosen
    throw new Error(`CHROMIUM is ${chosen}, which is no program: give the path of a Chromium`)
  }
  const places = path.split(delimiter).filter((folder) => folder !== '')
  const found = NAMES.flatMap((name) => places.map((folder) => join(folder, name))).find(isProgram)
  if (found) return found
  throw new Error(
    `no Chromium: install one (Debian: apt-get install chromium) so that ${NAMES.join(', ')} is on PATH, or set CHROMIUM to its path`,
  )
}

/** Starts a headless Chromium that reaches loopback only; rejects as {@link findChromium} throws. */
export async function startChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: findChromium(process.env),
    // Chromium refuses its sandbox to root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [LOOPBACK_ONLY],
    // Pages go to the back/forward cache, as they do with people.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
