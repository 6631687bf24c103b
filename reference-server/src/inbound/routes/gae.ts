/** The call that loads the goog.appengine script. */
import type { Handler } from '../service.ts'

/**
 * Answers `GET {base}/_ah/channel/jsapi`.
 * @spec gae.script.served
 */
export const answerGae: Handler = async (service, { host, ifNoneMatch }) => {
  const { rules } = service
  const connectUrl = rules.makeConnectUrl({ baseUrl: service.baseUrl(), host })
  const script = rules.makeGaeScript(service.gaeScript, connectUrl)
  const tag = rules.makeGaeTag(script)
  const isHeld = rules.decideGaeHeld(ifNoneMatch, tag)
  return {
    status: isHeld ? 304 : 200,
    headers: rules.makeGaeHeaders(tag),
    mediaType: 'text/javascript; charset=utf-8',
    body: {},
    text: isHeld ? '' : script,
  }
}
