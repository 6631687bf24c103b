/** Takes secrets out of a timeline: exactly those that the suite knows, by their text. */

import type { Timeline } from './timeline.ts'

/** The timeline with every occurrence of a secret replaced by `<secret N>`. */
export function redact(timeline: Timeline, secrets: Iterable<string>): Timeline {
  let text = JSON.stringify(timeline)
  let number = 0
  for (const secret of secrets) {
    number += 1
    if (secret.length === 0) continue
    for (const form of [secret, encodeURIComponent(secret)]) {
      text = text.replaceAll(JSON.stringify(form).slice(1, -1), `<secret ${number}>`)
    }
  }
  return JSON.parse(text) as Timeline
}
