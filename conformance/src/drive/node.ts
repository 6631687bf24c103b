/** One node of several; it alone knows how a node is asked and not the place that all of them share. */

import { SetUpFailed } from './set-up-failed.ts'
import type { Site } from './site.ts'

/** The service as one of its nodes, 0 the first. Throws {@link SetUpFailed} where there is no such node. */
export function siteOfNode(site: Site, at: number): Site {
  const baseUrl = site.nodes?.[at]
  if (baseUrl === undefined) throw new SetUpFailed(`there is no node ${at + 1}`)
  return { ...site, baseUrl, isNode: true }
}

/** Where a socket is opened: at the node that is asked, or where its URL leads. */
export function socketUrlAt({ baseUrl, isNode }: Site, url: string): string {
  return isNode ? `${baseUrl.replace(/^http/, 'ws')}/v1/socket/${url.split('/').at(-1)}` : url
}

/** Where a connection is opened: at the node that is asked, or where the connect URL leads. */
export function connectUrlAt({ baseUrl, isNode }: Site, connectUrl: string): string {
  if (!isNode) return connectUrl
  return `${baseUrl.replace(/^http/, 'ws')}/v1/connect${new URL(connectUrl).search}`
}
