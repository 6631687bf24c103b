/** Leaving mail: it alone knows how text and files are written as an RFC 822 message. */
import { randomUUID } from 'node:crypto'
import { encodeName } from './encode-name.ts'

/** What a message is made of. */
export interface Letter {
  from: string
  to: string
  subject: string
  text: string
  files: readonly { name: string; content: Uint8Array }[]
}

/** So many bytes make a line of at most 76 characters, with the name of the header. */
const wordBytes = 39

/** Text as encoded words (RFC 2047), so that any text, line ends included, is one header. */
function writeWords(text: string): string {
  const words: string[] = []
  let word = ''
  for (const character of text) {
    if (Buffer.byteLength(word + character) > wordBytes) {
      words.push(word)
      word = ''
    }
    word += character
  }
  return [...words, word]
    .map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`)
    .join('\r\n ')
}

function writePart(headers: readonly string[], content: Uint8Array | string): string {
  const lines =
    Buffer.from(content as Uint8Array)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  return [...headers, 'Content-Transfer-Encoding: base64', '', ...lines].join('\r\n')
}

/** Writes a message. Throws RangeError where an address is none that fits into a header. */
export function composeMail({ from, to, subject, text, files }: Letter, at: Date): string {
  for (const address of [from, to])
    if (!/^[^\s<>@,;:"()]+@[^\s<>@,;:"()]+$/.test(address))
      throw new RangeError(`${JSON.stringify(address)} is no address such as ada@example.org`)
  const boundary = `part-${randomUUID()}`
  const parts = [
    writePart(['Content-Type: text/plain; charset=utf-8'], text),
    ...files.map(({ name, content }) =>
      writePart(
        [
          'Content-Type: application/octet-stream',
          `Content-Disposition: attachment; filename*=${encodeName(name)}`,
        ],
        content,
      ),
    ),
  ]
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${writeWords(subject)}`,
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomUUID()}@${from.split('@')[1]}>`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed;\r\n boundary="${boundary}"`,
    '',
    ...parts.map((part) => `--${boundary}\r\n${part}`),
    `--${boundary}--`,
    '',
  ].join('\r\n')
}
