/** Opens what is to be judged: what runs at a URL, or the project's own server and chat, started for the purpose. */

import { CHECKS } from '../checks/index.ts'
import { readLedger } from '../ledger.ts'
import { APPLICATION_PROFILE, isForApplications, isSelected } from '../plan.ts'
import { openApplicationTarget } from '../target/application.ts'
import { type CommandedChild, startCommanded } from '../target/command-lines.ts'
import { startDemoHost } from '../target/demo.ts'
import { makeExecImplementation } from '../target/exec.ts'
import { soundProgram, takeOwn } from '../target/own-programs.ts'
import { makePlainImplementation } from '../target/plain.ts'
import { type ReferenceHost, startReferenceHost } from '../target/reference.ts'
import { hasProgram, NoReferenceServer, SAMPLE_CHAT } from '../target/reference-package.ts'
import { openStarted } from '../target/started.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import { openUrlTarget } from '../target/url.ts'
import type { ExecOptions } from './exec-options.ts'
import type { Opening } from './judge-target.ts'
import type { RunOptions } from './run-options.ts'
import { UsageError } from './usage-error.ts'

/** Targets, and what ends everything that was started for them. */
export interface OpenedTargets {
  readonly targets: readonly Target[]
  /** What a person has to know about how they came to run. */
  readonly notes: readonly string[]
  close(): Promise<void>
}

/** The same, each target opened when it is first asked for; a judge asks for the next where he can use it. */
export interface TargetOpenings extends Omit<OpenedTargets, 'targets'> {
  readonly targets: readonly Opening[]
}

/** Throws {@link TargetUnavailable} where nothing can be judged, and UsageError where the receiver cannot listen. */
export async function openTargets(options: RunOptions): Promise<OpenedTargets> {
  const openings = await beginTargets(options)
  try {
    const targets = await Promise.all(openings.targets.map((open) => open()))
    return { ...openings, targets }
  } catch (error) {
    await openings.close()
    throw error
  }
}

/** Rejects like {@link openTargets}, or leaves that to the target that is asked for. */
export async function beginTargets(options: RunOptions): Promise<TargetOpenings> {
  const { url, application, exec } = options
  if (exec) return begun(await openExec(exec))
  if (url === undefined && application === undefined) return beginOwn(options)
  try {
    if (application) {
      const { target, note } = await openApplicationTarget(application)
      return begun({ targets: [target], notes: note ? [note] : [], close: () => target.stop() })
    }
    const target = await openUrlTarget(url as NonNullable<typeof url>)
    return begun({ targets: [target], notes: [], close: () => target.stop() })
  } catch (error) {
    if (error instanceof TargetUnavailable) throw error
    throw new UsageError((error as Error).message)
  }
}

function begun(opened: OpenedTargets): TargetOpenings {
  return { ...opened, targets: opened.targets.map((target) => () => Promise.resolve(target)) }
}

/** A program that the suite starts, in the form that it takes. */
async function openExec({ program, isPlain, readySeconds }: ExecOptions): Promise<OpenedTargets> {
  const notes: string[] = []
  const readyMs = readySeconds * 1000
  const implementation = isPlain
    ? makePlainImplementation({ program, readyMs })
    : makeExecImplementation({
        startProgram: () => startCommanded(program),
        readyMs,
        onNote: (note) => notes.push(note),
      })
  const target = await openStarted(program.join(' '), implementation)
  return { targets: [target], notes, close: () => target.stop() }
}

/** The reference server and the sample chat, each only where something of it was selected. */
function beginOwn({ patterns, profiles }: RunOptions): TargetOpenings {
  const ledger = readLedger()
  const selected = CHECKS.filter((check) => isSelected(check, patterns))
  const some = (isApplication: boolean): boolean =>
    selected.some((check) => isForApplications(check, ledger) === isApplication) &&
    (profiles.length === 0 ||
      profiles.some((name) => (name === APPLICATION_PROFILE) === isApplication))
  const wantsChat = some(true)
  const hasChat = hasOwn(SAMPLE_CHAT) && wantsChat
  let program: CommandedChild | undefined
  const takeProgram = (): CommandedChild => {
    program ??= takeOwn(soundProgram())
    return program
  }
  const starters = [
    ...(some(false) ? [() => startReferenceHost(takeProgram())] : []),
    ...(hasChat ? [() => startDemoHost(takeProgram())] : []),
  ]
  const notes =
    wantsChat && !hasChat
      ? ['the sample chat is part of the repository, not of the package: no application is judged']
      : []
  const starting: Promise<ReferenceHost>[] = []
  const targets = starters.map((start): Opening => {
    const open = async (): Promise<Target> => {
      const host = start()
      starting.push(host)
      return (await host).start({ testTimings: true })
    }
    let target: Promise<Target> | undefined
    return () => {
      target ??= open()
      return target
    }
  })
  const close = async (): Promise<void> => {
    const started = await Promise.allSettled(starting)
    await Promise.all(started.map((host) => host.status === 'fulfilled' && host.value.stop()))
  }
  return { targets, notes, close }
}

/** Whether the reference server's package holds a program; throws UsageError where it is not installed. */
function hasOwn(program: string): boolean {
  try {
    return hasProgram(program)
  } catch (error) {
    if (error instanceof NoReferenceServer) throw new UsageError(error.message)
    throw error
  }
}
