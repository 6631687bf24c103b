/** The options that say how a server that runs already is reached, and with what. */

import { type Command, Option } from 'commander'

/** Adds them to a command. */
export function addTargetOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--application-key <key...>',
        'application keys of the server, two where it takes two (default: the published development keys)',
      ).env('CHANNEL_APPLICATION_KEY'),
    )
    .addOption(
      new Option(
        '--webhook-secret <secret...>',
        'webhook secrets of the server (default: those that are published for development)',
      ).env('CHANNEL_WEBHOOK_SECRET'),
    )
    .addOption(
      new Option(
        '--webhooks <url>',
        'where the suite listens: what the server was given as its application base (default: http://127.0.0.1:9090)',
      ).env('CHANNEL_APPLICATION_BASE'),
    )
    .option('--no-webhooks', 'listen nowhere; what needs webhooks is not judged')
    .addOption(
      new Option(
        '--origin <origin>',
        'an origin that the server lists (default: https://page.example, published for development)',
      ).env('CHANNEL_ORIGIN'),
    )
    .option(
      '--settings <file>',
      'a file of settings (default: channel-conformance.json, where that is)',
    )
}
