/** The client code of the article in English: socket, send button and the handler of leaving. */
import { readLines, takeFragment } from './fragments.ts'

/**
 * The article's client code, in its order.
 * Throws an `AnchorMissingError` where the text is not that article.
 */
export function readSimpleChatCode(text: string): string {
  const lines = readLines(text)
  return [
    // Its handlers follow without an empty line, each ended alike: the empty line ends the fragment.
    ...takeFragment(lines, 'var chat_token = ', ''),
    ...takeFragment(lines, "$('#send').click(", '});'),
    ...takeFragment(lines, '$(window).unload(', '});'),
  ].join('\n')
}
