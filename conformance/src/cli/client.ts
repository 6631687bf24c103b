/** `client`: judges a client from a service that the suite plays. */

import { CLIENT_CHECKS } from '../client/checks/index.ts'
import { type ProgrammableService, startProgrammableService } from '../client/drive/service.ts'
import { runClientChecks } from '../client/run-checks.ts'
import type { Adapter } from '../client/target/adapter.ts'
import { servePage } from '../client/target/page.ts'
import { startProgram } from '../client/target/program.ts'
import { readLedger } from '../ledger.ts'
import { isSelected } from '../plan.ts'
import { EXTENSION } from '../program-file.ts'
import { styleFor } from '../report/console.ts'
import { EXIT } from '../summary.ts'
import { findInReferenceServer } from '../target/reference-package.ts'
import { TargetUnavailable } from '../target/target.ts'
import { redact } from '../timeline/redact.ts'
import { type ClientOptions, readClientOptions } from './client-options.ts'
import { clientSelfTest } from './client-self-test.ts'
import { concludeRun, makeProgress } from './conclude.ts'
import { nameProgram } from './reproduce.ts'

/** The profile of clients, which no service announces. */
const CLIENT_PROFILE = 'client'

/** How long a person has to open the page. */
const OPENING_SECONDS = 300

/** Judges what the options name, or the project's own client; returns the exit code. */
export async function client(
  operands: readonly string[],
  flags: object,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const options = readClientOptions(operands, flags)
  const stream = options.isJson ? process.stderr : process.stdout
  const say = (...lines: string[]): void => {
    for (const line of lines) stream.write(`${line}\n`)
  }
  if (options.isSelfTest) return clientSelfTest(options, say)
  try {
    const { adapter, service, name } = await openClient(options, say)
    try {
      return await judge(adapter, service, name, options, { env, say })
    } finally {
      await adapter.stop()
      await service.stop()
    }
  } catch (error) {
    if (!(error instanceof TargetUnavailable)) throw error
    say(`no verdict: ${redact(error.message, [])}`)
    return EXIT.noVerdict
  }
}

/** The program that speaks for the project's own client. */
const OWN_PROGRAM = 'client/adapter'

async function openClient(
  { exec, page }: ClientOptions,
  say: (line: string) => void,
): Promise<{ adapter: Adapter; service: ProgrammableService; name: string }> {
  if (page === undefined) {
    const program = exec ?? [process.execPath, findInReferenceServer(OWN_PROGRAM)]
    const name = exec ? exec.join(' ') : `node ${OWN_PROGRAM}${EXTENSION}`
    const adapter = await startProgram(program)
    return { adapter, service: await startProgrammableService(), name }
  }
  const waiting = await servePage(page)
  const service = await startProgrammableService(waiting.beside)
  say(`open ${service.origin}${waiting.path} in a browser`)
  try {
    return { adapter: await waiting.opened(OPENING_SECONDS), service, name: page }
  } catch (error) {
    await service.stop()
    throw error
  }
}

async function judge(
  adapter: Adapter,
  service: ProgrammableService,
  name: string,
  options: ClientOptions,
  { env, say }: { readonly env: NodeJS.ProcessEnv; say(...lines: string[]): void },
): Promise<number> {
  const ledger = readLedger()
  const checks = CLIENT_CHECKS.filter((check) => isSelected(check, options.patterns))
  const startedAt = new Date()
  if (!options.isQuiet)
    say(
      `${name} (${adapter.name} ${adapter.version}), a client`,
      `revision ${ledger.revision}, ${checks.length} of ${CLIENT_CHECKS.length} checks, about 45 s`,
    )
  const progress = makeProgress(() => checks.length, options)
  const results = await runClientChecks(checks, adapter, service, ledger, {
    onResult: progress,
  })
  progress()
  const program = nameProgram(env)
  const again = options.page
    ? `--page ${options.page}`
    : (options.exec && `--exec -- ${options.exec.join(' ')}`) || ''
  return concludeRun(
    {
      results,
      ledger,
      facts: {
        profiles: [CLIENT_PROFILE],
        testTimings: false,
        isPartial: options.patterns.length > 0,
        isStrict: options.isStrict,
      },
      target: {
        name,
        implementation: { name: adapter.name, version: adapter.version },
        site: {
          baseUrl: service.origin,
          advertised: { profiles: [CLIENT_PROFILE], testTimings: false },
        },
      },
      seed: 0,
      startedAt,
      reproduce: (check) => `${program} client --only ${check} ${again}`.trim(),
    },
    options,
    { style: styleFor(options.isJson ? process.stderr : process.stdout, env), say },
  )
}
