/** What each fault that proves a check does wrong, as published data: no server has to be started to read it. */

import { readFileSync } from 'node:fs'

/** Where the data is; `npm run transcripts` writes it. */
export const MISDEEDS = new URL('../../requirements/misdeeds.json', import.meta.url)

let misdeeds: Readonly<Record<string, string>> | undefined

/** What a fault does wrong, in words; undefined where nobody wrote it down. Read from disk once, when first asked. */
export function misdeedOf(fault: string): string | undefined {
  misdeeds ??= JSON.parse(readFileSync(MISDEEDS, 'utf8')) as Record<string, string>
  return misdeeds[fault]
}
