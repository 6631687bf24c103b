/** Rules of the goog.appengine script: they alone know what is served to pages that were written for the original. */
import { createHash } from 'node:crypto'

/** Where the built script names the connect URL: a string literal of any kind. */
export const CONNECT_URL_PLACE = /(["'`])__CONNECT_URL__\1/

/** Characters that would end the script, or a line of it, where a page holds it inside a tag. */
const UNSAFE = /[<>\u2028\u2029]/g

/**
 * The script as a page loads it.
 * @param built the built script, its place for the connect URL still open
 * @spec gae.script.connect
 */
function makeGaeScript(built: string, connectUrl: string): string {
  const literal = JSON.stringify(connectUrl).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return built.replace(new RegExp(CONNECT_URL_PLACE, 'g'), () => literal)
}

/**
 * What tells one text of the script from every other.
 * @spec gae.script.fresh
 */
function makeGaeTag(script: string): string {
  return `"${createHash('sha256').update(script).digest('base64url').slice(0, 22)}"`
}

/**
 * Headers of the script: a page always asks whether it is still current.
 * @spec gae.script.fresh
 */
function makeGaeHeaders(tag: string): Record<string, string> {
  return { 'cache-control': 'no-cache', etag: tag }
}

/** Whether a browser already holds the script with this tag, by its `If-None-Match`. */
function decideGaeHeld(ifNoneMatch: string | undefined, tag: string): boolean {
  const held = (ifNoneMatch ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''))
  return held.includes(tag) || held.includes('*')
}

export const gaeRules = { makeGaeScript, makeGaeTag, makeGaeHeaders, decideGaeHeld }
