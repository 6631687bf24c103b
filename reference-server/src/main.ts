#!/usr/bin/env -S node --max-semi-space-size=4 --v8-pool-size=1 --no-parallel-scavenge
/** The program: flags to a running server, signals to its end; the only place that exits. */
import { BrokerError } from './brokers/broker-error.ts'
import { makeLog } from './log.ts'
import { makeMetrics } from './metrics.ts'
import type { Fault } from './parts.ts'
import { startPrivateListener } from './private-listener.ts'
import { type RunningServer, startServer } from './server.ts'
import { HelpWanted, readSettings, SettingError, type Settings } from './settings.ts'
import { describeStart } from './start-lines.ts'
import { warmUp } from './warm-up.ts'

const USAGE = 2

/** Faults are loaded only when one is asked for; the published package holds none. */
async function loadFaults(names: readonly string[]): Promise<readonly Fault[]> {
  if (names.length === 0) return []
  const [{ FAULTS }, { findFault }] = await Promise.all([
    import('./faults/index.ts'),
    import('./faults/find.ts'),
  ]).catch(() => {
    throw new SettingError('--fault: this package holds no faults; the repository does')
  })
  try {
    return names.map((name) => findFault(FAULTS, name))
  } catch (error) {
    throw new SettingError(`--fault: ${error instanceof Error ? error.message : error}`)
  }
}

async function readOrExit(): Promise<{ settings: Settings; faults: readonly Fault[] }> {
  try {
    const settings = readSettings(process.argv.slice(2), process.env)
    return { settings, faults: await loadFaults(settings.faults) }
  } catch (error) {
    if (error instanceof HelpWanted) {
      process.stdout.write(error.message)
      return process.exit(0)
    }
    if (!(error instanceof SettingError)) throw error
    process.stderr.write(`channel-server: ${error.message}\n`)
    return process.exit(USAGE)
  }
}

function explainStartFailure(error: unknown): never {
  if (error instanceof BrokerError) {
    process.stderr.write(`channel-server: ${error.message}\n`)
    process.exit(USAGE)
  }
  return explainListenFailure(error)
}

function explainListenFailure(error: unknown): never {
  const { code, message, address, port } = error as NodeJS.ErrnoException & {
    address?: string
    port?: number
  }
  const where = address === undefined ? '' : ` on ${address}:${port}`
  const what =
    code === 'EADDRINUSE' ? 'another program listens there; choose another port' : message
  process.stderr.write(`channel-server: cannot listen${where}: ${what}\n`)
  process.exit(USAGE)
}

function endOnSignals(server: RunningServer, stopPrivate: () => Promise<void>): void {
  let asked = false
  const onSignal = (): void => {
    if (asked) process.exit(1)
    asked = true
    void server
      .drain()
      .then(stopPrivate)
      .then(() => process.exit(0))
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

function secretsOf(settings: Settings): readonly string[] {
  const { applicationKeys, webhookSecrets, signingKey, broker } = settings
  const password = broker.kind === 'redis' ? decodeURIComponent(new URL(broker.url).password) : ''
  return [
    ...applicationKeys,
    ...webhookSecrets,
    ...(signingKey === undefined ? [] : [signingKey]),
    ...(password === '' ? [] : [password]),
  ]
}

async function main(): Promise<void> {
  const { settings, faults } = await readOrExit()
  const log = makeLog(settings.logLevel, 1, secretsOf(settings))
  const metrics = makeMetrics(true)
  const onDefect = (cause: unknown): never => {
    log.error({ err: cause }, 'a defect that nothing caught')
    return process.exit(1)
  }
  process.on('uncaughtException', onDefect)
  process.on('unhandledRejection', onDefect)

  // With test timings it is started often, and for little.
  if (!settings.testTimings) await warmUp(log, startServer)
  const server = await startServer(settings, { log, metrics }, faults).catch(explainStartFailure)
  const address = { host: '127.0.0.1', port: settings.privatePort }
  const probes = { isDraining: server.isDraining, isReady: server.isReady, metrics }
  const operators = settings.privatePort
    ? await startPrivateListener(address, probes).catch(explainListenFailure)
    : undefined
  process.stdout.write(describeStart(settings, server.baseUrl, operators?.url, faults))
  endOnSignals(server, async () => operators?.stop())
}

await main()
