/** Name and version of this implementation, as discovery and webhooks tell them. */
import manifest from '../package.json' with { type: 'json' }

/** What discovery calls `implementation`. */
export const IMPLEMENTATION = { name: 'channel-reference-server', version: manifest.version }
