/** Arriving mail: it alone knows how an RFC 822 message becomes a note. */
import { HTTPException } from 'hono/http-exception'
import PostalMime, { type Attachment, addressParser, type Email } from 'postal-mime'

/** Bytes of the longest message that is taken. */
export const MOST_MAIL_BYTES = 512 * 1024

/** Base64 of the longest message has fewer; what a line costs is more than its bytes. */
const mostLines = 10_000
const mostTextCharacters = 64 * 1024
const mostTitleCharacters = 200
const mostNameCharacters = 120
const mostAttachments = 10
const lineEnd = 0x0a

/** A file that came with a note. */
export interface NewAttachment {
  name: string
  /** The media type that its sender gave it. */
  type: string
  content: Uint8Array
}

/** What a message says. */
export interface Mail {
  /** The one address that it is from; empty where it says none or several. */
  from: string
  title: string
  /** Its plain text, as the original took it. */
  body: string
  attachments: readonly NewAttachment[]
}

function cut(text: string, most: number): string {
  const characters = [...text]
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text
}

function readAttachment({ filename, mimeType, content }: Attachment, at: number): NewAttachment {
  // Control and direction characters make a name look like another one.
  const name = (filename ?? '').replaceAll(/[\p{C}/\\]/gu, '_')
  return {
    name: cut(name, mostNameCharacters) || `attachment-${at + 1}`,
    type: /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(mimeType) ? mimeType : 'application/octet-stream',
    content: typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content),
  }
}

/** Of several senders nobody can say whose note it becomes. */
function readSender({ headers }: Email): string {
  const named = headers
    .filter(({ key }) => key === 'from')
    .flatMap(({ value }) => addressParser(value))
  return named.length === 1 ? (named[0]?.address ?? '') : ''
}

/** Reads a message; throws HTTPException, 400 where it is none and 413 where a part of it is too large. */
export async function readMail(raw: ArrayBuffer): Promise<Mail> {
  if (new Uint8Array(raw).filter((byte) => byte === lineEnd).length > mostLines)
    throw new HTTPException(413, { message: `the message has more than ${mostLines} lines` })
  let mail: Email
  try {
    mail = await PostalMime.parse(raw, {
      maxNestingDepth: 20,
      maxHeadersSize: 64 * 1024,
      // A message in a message is a file that came with it.
      forceRfc822Attachments: true,
    })
  } catch (cause) {
    throw new HTTPException(400, { message: 'the body is no RFC 822 message', cause })
  }
  const { subject = '', text = '', attachments } = mail
  if (text.length > mostTextCharacters)
    throw new HTTPException(413, {
      message: `the text has more than ${mostTextCharacters} characters`,
    })
  if (attachments.length > mostAttachments)
    throw new HTTPException(413, {
      message: `the message has more than ${mostAttachments} attachments`,
    })
  return {
    from: readSender(mail),
    title: cut(subject, mostTitleCharacters) || '(no subject)',
    body: text.trimEnd(),
    attachments: attachments.map(readAttachment),
  }
}
