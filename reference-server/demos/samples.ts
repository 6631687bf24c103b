/** All samples on one origin: it alone knows which there are, and joins them with the landing page and the specification. */
import type { DatabaseSync } from 'node:sqlite'
import type { Application } from '@channel-protocol/reference-server/application'
import { type ChatSampleParts, makeChatSample } from './chat/sample.ts'
import type { DemoFlags } from './demo-flags.ts'
import { makeHome } from './home/home.ts'
import { makeSpecRoutes } from './home/spec.ts'
import { type Exchange, readCall } from './live/kinds.ts'
import { type LiveParts, makeLiveSample } from './live/sample.ts'
import { makeNotesSample, type NotesParts } from './notes/sample.ts'
import { makeOrigin, makeOriginApp, type Origin, type OriginParts } from './origin.ts'
import type { PagePolicy } from './origin-headers.ts'
import type { Clock } from './push-chat/clock.ts'
import type { Complain } from './push-chat/parts.ts'
import { makePushChatSample } from './push-chat/sample.ts'
import { makeSocketsSample } from './sockets/sample.ts'
import { makeWebhookRoutes } from './webhooks.ts'

/** What the samples run with. */
export interface SamplesParts {
  application: Application
  /** The public base, without a slash at its end. */
  origin: string
  store: DatabaseSync
  clock: Clock
  complain: Complain
  flags: DemoFlags
  /** What programs other than pages prove themselves with, where they have to. */
  secrets: Pick<NotesParts, 'mailSecret'> & Pick<ChatSampleParts, 'cleanUpSecret'>
  /** What the live view may break; nothing where it may not. */
  breaking: LiveParts['breaking']
}

/** Samples that are ready to answer. */
export interface Samples {
  origin: Origin
  /** Takes what the service did, for the live view. */
  emit(exchange: Exchange): void
  stop(): Promise<void>
}

const script = 'text/javascript; charset=utf-8'
const scripts = ['push-chat', 'chat', 'notes', 'sockets', 'live']
const styles = ['style.css', 'controls.css', 'home/spec.css', 'live/live.css']

/** What browsers load, and of which files it is put together. */
const files: OriginParts['files'] = {
  '/demos/style.css': {
    files: styles.map((name) => new URL(name, import.meta.url)),
    type: 'text/css; charset=utf-8',
  },
  '/demos/channel.js': {
    files: [new URL('../client/built/channel.js', import.meta.url)],
    type: script,
  },
  ...Object.fromEntries(
    scripts.map((name) => [
      `/demos/${name}.js`,
      { files: [new URL(`built/${name}.js`, import.meta.url)], type: script },
    ]),
  ),
}

/** Pages that load scripts of this origin only; the paths of the articles are left as they were. */
function decidePolicy(path: string): PagePolicy {
  return path === '/' || /^\/(spec|live|sockets)(\/|$)/.test(path) ? 'strict' : 'original'
}

/** Makes all samples; they know the service by its HTTP calls and webhooks alone. */
export function makeSamples(parts: SamplesParts): Samples {
  const { application, origin, clock, complain, flags, breaking, store, secrets } = parts
  const own = { application, origin, clock, complain, store, ...secrets }
  const zone = flags.timeZone === undefined ? {} : { timeZone: flags.timeZone }
  const minutes = flags.notesMinutes === undefined ? {} : { notesMinutes: flags.notesMinutes }
  const chat = makeChatSample({ ...own, ...zone })
  const live = makeLiveSample({ ...own, ...(breaking ? { breaking } : {}) })
  const samples = [
    makePushChatSample({ ...own, showIp: flags.showIp, ...zone }),
    chat,
    makeNotesSample({ ...own, ...minutes }),
    makeSocketsSample(own),
    live,
  ]
  const home = makeHome({
    writeEntry: chat.writeEntry,
    hasBench: breaking !== undefined,
  })
  const app = makeOriginApp({
    routes: [
      makeWebhookRoutes({ application, samples, clock, complain }),
      home,
      makeSpecRoutes(new URL('../../spec/', import.meta.url)),
      ...samples.map(({ routes }) => routes),
    ],
    files,
    origin,
    decidePolicy,
    onCall(method, path) {
      const kind = readCall(method, path)
      if (kind !== undefined) live.emit({ kind, atMs: clock.nowMs(), note: path.slice(0, 40) })
    },
    complain,
  })
  return {
    origin: makeOrigin(app),
    emit: live.emit,
    async stop() {
      await Promise.all(samples.map((sample) => sample.stop()))
    },
  }
}
