/** Checks of the chapter socket, section paths: what an application may put behind its URLs, and how it comes back. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import type { PageSocket } from '../drive/page-sockets.ts'
import type { Arrival } from '../drive/receiver.ts'
import { SetUpFailed } from '../drive/set-up-failed.ts'
import type { Webhooks } from '../drive/webhooks.ts'
import { all, each } from '../judges/finding.ts'
import { refused } from '../judges/problem.ts'
import { urlGiven } from '../judges/socket-opening.ts'
import {
  emptyPath,
  joinedTo,
  pathEncoded,
  pathKept,
  sameConfigured,
  sentTo,
  withoutPath,
} from '../judges/socket-path.ts'
import { ILLEGAL_PATHS, LEGAL_PATHS, NOT_TEXTS } from './socket-path-texts.ts'

const LEGAL_ROLES = Object.keys(LEGAL_PATHS)
/** Visits at the same time. */
const AT_ONCE = 5
const PATHLESS: Readonly<Record<string, object>> = {
  absent: {},
  empty: { path: '' },
  slash: { path: '/' },
}

/** Webhook URLs that do not end in a slash, below the suite's own. */
const SLASHLESS = {
  handshake: '/hooks/handshake',
  message: '/hooks/message',
  closed: '/hooks/closed',
} as const

/** Whether a webhook names none of the paths and client ids that other checks made up and may have left behind. */
function isNobodysElse({ body }: Arrival): boolean {
  return !/c[0-9a-f]{18}/.test(body)
}

/** Lets a page say one word and leave, until the application has heard all of it. */
async function visit(page: PageSocket, webhooks: Webhooks): Promise<void> {
  await webhooks.event('handshake')
  page.send('hello')
  await webhooks.event('message')
  page.close(1000)
  await webhooks.event('closed')
}

/** Visits once for every legal path. */
async function visitAll(drive: Drive): Promise<void> {
  const queue = Object.entries(LEGAL_PATHS)
  const visitNext = async (): Promise<void> => {
    const [as, make] = queue.shift() ?? []
    if (!as || !make) return
    const path = make(drive.sockets.path(), drive.advertised.limits.socket_path_bytes ?? 1024)
    const webhooks = drive.sockets.webhooks(as, path)
    try {
      const { url } = await drive.sockets.mint(as, path)
      await visit(await drive.sockets.open(as, url), webhooks)
    } catch (error) {
      // A path that is refused is what the judge looks for.
      if (!(error instanceof SetUpFailed)) throw error
    }
    await visitNext()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, visitNext))
}

/** Asks for a URL with this path, whatever it is. */
async function ask(drive: Drive, as: string, path: unknown): Promise<void> {
  await drive.call(as, 'POST', '/v1/sockets', { json: { path } })
}

/** In the order of the chapter. */
export const SOCKET_PATH_CHECKS: readonly Check[] = [
  {
    id: 'socket.legal-paths.kept',
    proves: 'socket.path.accept',
    needs: ['webhooks'],
    drive: visitAll,
    judge: each(LEGAL_ROLES, pathKept),
    killedBy: [
      'keeps-leading-slash-of-paths',
      'decodes-paths-at-once',
      'normalises-paths',
      'cuts-long-paths',
      'trims-paths',
      'lowers-paths',
      'refuses-percent-in-paths',
      'refuses-longest-paths',
      'takes-dots-for-dot-segments',
      'looks-for-controls-in-decodings',
      'sends-encoded-path-as-field',
      'tells-path-with-handshake-alone',
    ],
  },
  {
    id: 'socket.paths.encoded',
    proves: 'socket.path.encoded',
    needs: ['webhooks'],
    drive: visitAll,
    judge: all(each(LEGAL_ROLES, pathEncoded), sameConfigured(...LEGAL_ROLES)),
    killedBy: [
      'encodes-paths-twice',
      'leaves-question-marks-in-targets',
      'leaves-percent-in-targets',
      'encodes-spaces-as-plus',
      'encodes-slashes-of-paths',
      'drops-path-behind-question-mark',
      'sends-closed-without-path-in-url',
      'sends-paths-in-query',
      'keeps-leading-slash-of-paths',
      'decodes-paths-at-once',
      'normalises-paths',
      'cuts-long-paths',
      'trims-paths',
      'lowers-paths',
    ],
  },
  {
    id: 'socket.no-path.plain',
    proves: 'socket.path.encoded',
    needs: ['webhooks'],
    alone: ['sockets'],
    drive: async (drive) => {
      const { page, webhooks } = await drive.sockets.connect('control')
      await visit(page, webhooks)
      for (const [as, members] of Object.entries(PATHLESS)) {
        const all = drive.allWebhooks(as, isNobodysElse)
        const { url } = await drive.sockets.mint(as, undefined, { ...members })
        await visit(await drive.sockets.open(as, url), all)
        all.forget()
      }
    },
    control: pathKept('control'),
    judge: each(Object.keys(PATHLESS), (as) => withoutPath(as, 'control')),
    killedBy: ['sends-slash-for-no-path', 'keeps-leading-slash-of-paths'],
  },
  {
    id: 'socket.no-path.told',
    proves: 'socket.path.accept',
    needs: ['webhooks'],
    alone: ['sockets'],
    drive: async (drive) => {
      for (const [as, members] of Object.entries(PATHLESS)) {
        const all = drive.allWebhooks(as, isNobodysElse)
        const { url } = await drive.sockets.mint(as, undefined, { ...members })
        await visit(await drive.sockets.open(as, url), all)
        all.forget()
      }
    },
    judge: each(Object.keys(PATHLESS), emptyPath),
    killedBy: ['keeps-leading-slash-of-paths', 'leaves-empty-path-out'],
  },
  {
    id: 'socket.slashless-urls.joined',
    proves: 'socket.path.encoded',
    needs: ['exec', 'webhooks'],
    drive: async (drive) => {
      const instance = await drive.launch('service', undefined, { webhookPaths: SLASHLESS })
      instance.webhooks.forget()
      const { sockets } = instance.drive
      const { page, webhooks } = await sockets.connect('with', sockets.path('/a'))
      await visit(page, webhooks)
      const all = instance.drive.allWebhooks('without', () => true)
      const { url } = await sockets.mint('URL')
      await visit(await sockets.open('without', url), all)
    },
    control: pathKept('with'),
    judge: all(pathEncoded('with'), joinedTo('with', SLASHLESS), sentTo('without', SLASHLESS)),
    killedBy: [
      'joins-paths-without-slash',
      'sends-slash-for-no-path',
      'sends-paths-in-query',
      'encodes-slashes-of-paths',
      'sends-closed-without-path-in-url',
    ],
  },
  {
    id: 'socket.illegal-paths.refused',
    proves: 'socket.path.refuse',
    drive: async (drive) => {
      const most = drive.advertised.limits.socket_path_bytes ?? 1024
      await ask(drive, 'control', drive.sockets.path('/a/b'))
      await ask(drive, 'longest', drive.sockets.path(`/${'a'.repeat(most)}`).slice(0, most))
      for (const [as, make] of Object.entries(ILLEGAL_PATHS)) {
        await ask(drive, as, make(drive.sockets.path(), most))
      }
      for (const [as, value] of Object.entries(NOT_TEXTS)) await ask(drive, as, value)
    },
    control: all(urlGiven('control'), urlGiven('longest')),
    judge: each([...Object.keys(ILLEGAL_PATHS), ...Object.keys(NOT_TEXTS)], (as) =>
      refused(as, 'invalid-path'),
    ),
    killedBy: [
      'lets-dot-segments-through',
      'looks-for-dots-in-the-text-alone',
      'looks-for-dots-in-one-decoding',
      'decodes-whole-paths-or-nothing',
      'ignores-backslashes-in-decodings',
      'lets-empty-segments-through',
      'lets-trailing-slash-through',
      'drops-every-leading-slash',
      'lets-controls-into-paths',
      'lets-c1-controls-into-paths',
      'lets-backslashes-into-paths',
      'counts-path-in-characters',
      'takes-any-path-as-text',
      'takes-null-path-for-none',
    ],
  },
]
