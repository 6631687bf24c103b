/** The commands of the command-line client; it alone knows their options, words and exit codes. */
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import {
  CallFailure,
  disconnect,
  listPresence,
  mintToken,
  postBatch,
  postBroadcast,
  postMessage,
  readPresence,
  type Service,
} from './calls.ts'
import { listen } from './listen.ts'

/** What the commands use of the process they run in. */
export interface Surroundings {
  /** Writes one line of results. */
  print(line: string): void
  /** Writes text for people. */
  complain(text: string): void
  /** Ends `listen` when it aborts. */
  signal: AbortSignal
}

interface ListenOptions {
  token?: string
  connectUrl?: string
  count?: number
  after?: string
}

const { host, port } = DEVELOPMENT.listen

function readPositive(text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('It is a number above 0.')
  return value
}

function readUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
  throw new InvalidArgumentError(`It is an address such as http://${host}:${port}.`)
}

async function startListening(
  service: Service,
  clientId: string,
  { token, connectUrl, count, after }: ListenOptions,
  { print, signal }: Surroundings,
): Promise<void> {
  const answer =
    token === undefined || connectUrl === undefined
      ? await mintToken(service, clientId)
      : { token, connect_url: connectUrl }
  await listen({
    connectUrl: answer.connect_url,
    token: answer.token,
    signal,
    onEnvelope: (envelope) => print(JSON.stringify(envelope)),
    ...(count === undefined ? {} : { count }),
    ...(after === undefined ? {} : { after }),
  })
}

function makeProgram(surroundings: Surroundings): Command {
  const { print, complain } = surroundings
  const printJson = (value: unknown) => print(JSON.stringify(value))
  const program = new Command('channel')
    .description(
      'Calls a Channel Protocol service: mints tokens, listens, posts, broadcasts, disconnects, reads presence.',
    )
    .addOption(
      new Option('--url <url>', 'base URL of the service')
        .env('CHANNEL_URL')
        .argParser(readUrl)
        .default(`http://${host}:${port}`),
    )
    .addOption(
      new Option('--key <key>', 'application key')
        .env('CHANNEL_KEY')
        .default(DEVELOPMENT.application_keys[0], 'the first development key'),
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => print(text.trimEnd()), writeErr: complain })
  const service = () => program.opts<Service>()

  program
    .command('token <client-id>')
    .description('mint a token and print the answer')
    .option('--ttl <seconds>', 'life of the token in seconds', readPositive)
    .option('--quiet', 'print the token alone')
    .action(async (clientId: string, options: { ttl?: number; quiet?: true }) => {
      const answer = await mintToken(service(), clientId, options.ttl)
      if (options.quiet) print(answer.token)
      else printJson(answer)
    })

  const listenCommand = program
    .command('listen <client-id>')
    .description('connect and print one envelope per line')
    .option('--count <messages>', 'end after so many messages and broadcasts', readPositive)
    .option(
      '--after <cursor>',
      'go on after this id of a message, or cursor of a welcome or a token',
    )
    .option('--token <token>', 'connect with this token instead of minting one')
    .option('--connect-url <url>', 'the connect_url that came with the token')
    .action(async (clientId: string, options: ListenOptions) => {
      if ((options.token === undefined) !== (options.connectUrl === undefined)) {
        listenCommand.error('error: --token and --connect-url go together: both come with a token')
      }
      await startListening(service(), clientId, options, surroundings)
    })

  program
    .command('post <client-id> <data>')
    .description('post a message and print the receipt')
    .action(async (clientId: string, data: string) =>
      printJson(await postMessage(service(), clientId, data)),
    )

  program
    .command('batch <data> <client-ids...>')
    .description('post a message to each of several clients at once and print a result for each')
    .action(async (data: string, clientIds: readonly string[]) => {
      const messages = clientIds.map((clientId) => ({ client_id: clientId, data }))
      for (const result of (await postBatch(service(), messages)).results) printJson(result)
    })

  program
    .command('broadcast <data>')
    .description('post to everybody who is connected and print the receipt')
    .action(async (data: string) => printJson(await postBroadcast(service(), data)))

  program
    .command('disconnect <client-id>')
    .description('end the connection of a client and print how many were closed')
    .option('--revoke', 'kill every token that was minted for it so far')
    .action(async (clientId: string, { revoke = false }: { revoke?: boolean }) =>
      printJson(await disconnect(service(), clientId, revoke)),
    )

  program
    .command('presence [client-id]')
    .description('print whether a client is online, or who is, one per line')
    .action(async (clientId?: string) => {
      if (clientId !== undefined) return printJson(await readPresence(service(), clientId))
      for await (const client of listPresence(service())) printJson(client)
    })

  return program
}

/** Runs one command and answers its exit code: 0 done, 1 refused or failed, 2 not understood. */
export async function runCommand(
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  try {
    await makeProgram(surroundings).parseAsync(words, { from: 'user' })
    return 0
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2
    if (!(cause instanceof CallFailure)) throw cause
    surroundings.complain(`${cause.message}\n`)
    return 1
  }
}
