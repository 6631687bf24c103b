/** The script that pages of the original load: it alone sets the global `goog`, and the service writes its address into it. */
import { type GoogAppengine, makeGoogAppengine } from './goog-socket.ts'
import { realSurroundings } from './surroundings.ts'

interface Page {
  goog?: { appengine?: Partial<GoogAppengine> }
}

/**
 * @spec gae.script.beside
 * @spec gae.script.connect
 */
const page = globalThis as Page
page.goog ??= {}
page.goog.appengine ??= {}
Object.assign(page.goog.appengine, makeGoogAppengine('__CONNECT_URL__', realSurroundings))
