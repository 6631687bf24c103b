/** Mail as the gateway hands it to the demo. */

/** Sends a mail; answers the status that it got. */
export async function sendMail(
  url: string,
  from: string,
  subject: string,
  text: string,
): Promise<number> {
  const mail = [`From: ${from}`, 'To: create@notes.example', `Subject: ${subject}`, '', text, '']
  const { status } = await fetch(`${url}/_ah/mail/create@notes.example`, {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822' },
    body: mail.join('\r\n'),
  })
  return status
}
