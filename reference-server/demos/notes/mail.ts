/** The program that is the demo's mail gateway: it posts one message, as the gateway of the original did. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { Command, Option } from 'commander'
import { composeMail } from './compose-mail.ts'
import { USERS } from './users.ts'

const waitMs = 15_000

interface MailOptions {
  from: string
  to: string
  subject: string
  text?: string
  attach: string[]
  url: string
  secret?: string
}

const { host, port } = DEVELOPMENT.listen
const addresses = USERS.map(({ address }) => address).join(', ')
const program = new Command('example:mail')
  .description('Sends a message to the notes of the demo; it becomes a note of its sender.')
  .requiredOption('--from <address>', `who sends it: ${addresses}`)
  .requiredOption('--subject <text>', 'the title of the note')
  .option('--text <text>', 'the note; what is read from the standard input where absent')
  .option('--attach <file>', 'a file to go with it, may be repeated', collect, [])
  .option('--to <address>', 'the address of the application', 'create@example.org')
  .option('--url <url>', 'where the demo is', `http://${host}:${port}`)
  .addOption(
    new Option(
      '--secret <secret>',
      'what the demo knows its mail gateway by, if it wants that',
    ).env('NOTES_MAIL_SECRET'),
  )
  .addHelpText(
    'after',
    `\nExample:\n  npm run example:mail -- --from ${USERS[0]?.address} --subject "Shopping" --text "Milk, bread"`,
  )

function collect(file: string, files: readonly string[]): string[] {
  return [...files, file]
}

async function send(options: MailOptions): Promise<void> {
  const { from, to, subject, attach, url, secret } = options
  const files = await Promise.all(
    attach.map(async (file) => ({ name: basename(file), content: await readFile(file) })),
  )
  const text = options.text ?? (await readText(process.stdin))
  const body = composeMail({ from, to, subject, text, files }, new Date())
  const answer = await fetch(new URL(`/_ah/mail/${encodeURIComponent(to)}`, url), {
    method: 'POST',
    headers: {
      'content-type': 'message/rfc822',
      ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
    },
    body,
    signal: AbortSignal.timeout(waitMs),
  })
  if (answer.ok) return
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string }
  throw new Error(`refused with ${answer.status}: ${problem.detail ?? 'this is not the demo'}`)
}

await send(program.parse().opts<MailOptions>()).then(
  () => console.log('The message was taken: it is a note now.'),
  (cause: Error) => {
    const why = cause.message === 'fetch failed' ? 'nothing answers at --url' : cause.message
    console.error(`mail: ${why}`)
    process.exitCode = 1
  },
)
