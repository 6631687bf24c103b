/** The client code of the article in Japanese: the form handlers and functions that it shows one by one. */
import { readLines, takeFragment } from './fragments.ts'

/** What the article writes where its reader is to put the name of an application. */
const PLACEHOLDER = '{アプリケーション名}.appspot.com'

/** The first and last line of each fragment. */
const ANCHORS = [
  ['document.loginForm.onsubmit=login;', 'document.loginForm.onsubmit=login;'],
  ['function login(', '}'],
  ['function initialize(', '}'],
  ['function receive(', '}'],
  ['document.sendForm.onsubmit=send;', 'document.sendForm.onsubmit=send;'],
  ['function send(', '}'],
] as const

/**
 * The article's client code, in its order, with the host still open.
 * Throws an `AnchorMissingError` where the text is not that article.
 */
export function readPushChatCode(text: string): string {
  const lines = readLines(text)
  return ANCHORS.flatMap(([first, last]) => takeFragment(lines, first, last)).join('\n')
}

/** The code with a host where the article leaves it to its reader. */
export function fillInHost(code: string, host: string): string {
  return code.replaceAll(PLACEHOLDER, host)
}
