/** The pages of one check: how they load a script of the target, and how one is played around it. */

import type { Headers, PageEvent } from '../timeline/event.ts'
import type { Recorder } from '../timeline/recorder.ts'
import type { Http } from './http.ts'
import { playPage } from './page/player.ts'
import { load, type PageStep } from './page/step.ts'

const SCRIPT = '/_ah/channel/jsapi'

/** Tokens of pages that never reach the target. */
const TOKENS = { A: 'token-a', B: 'token-b', C: 'token-c' }

/** What a page is played with. */
export interface PageOptions {
  /** Tokens by name, in place of those that no service knows. */
  readonly tokens?: Readonly<Record<string, string>>
  /** What happens before the script is loaded. */
  readonly before?: readonly PageStep[]
}

/** What a check may do with pages. None of them reaches the network. */
export interface PagesDrive {
  /** Loads the script as the tag of a page does; an empty text where there is none. */
  load(as: string, headers?: Headers): Promise<string>
  /** Plays these steps on a page that has loaded the script; what was seen of it. */
  play(
    as: string,
    script: string,
    steps: readonly PageStep[],
    options?: PageOptions,
  ): Promise<readonly PageEvent[]>
}

/** The pages of one drive. */
export function makePagesDrive(baseUrl: string, http: Http, recorder: Recorder): PagesDrive {
  return {
    async load(as, headers = {}) {
      const call = { method: 'GET', url: `${baseUrl}${SCRIPT}`, headers }
      return (await http.send(recorder, as, call))?.body ?? ''
    },
    async play(as, script, steps, { tokens = TOKENS, before = [] } = {}) {
      const facts = { href: `${new URL(baseUrl).origin}/`, tokens, startMs: Date.now() }
      const played = await playPage({ facts, script, steps: [...before, load, ...steps] })
      if ('failure' in played) {
        recorder.record({ kind: 'failure', as, what: `the page was ended: ${played.failure}` })
        return []
      }
      return played.events.map(({ what, seconds, ...members }) => {
        const event = { what: String(what), seconds: Number(seconds), members }
        return recorder.record({ kind: 'page', as, ...event }) as PageEvent
      })
    },
  }
}
