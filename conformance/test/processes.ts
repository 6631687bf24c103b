/** Starts the programs of the repository as a person would, and reads what they print. */

import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What a program printed and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of the repository to its end. */
export function runProgram(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: ROOT,
    env: { ...cleanEnv(), ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  child.stdin.end()
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** The conformance command line. */
export const conformance = (...args: string[]): Promise<Ended> =>
  runProgram('conformance/src/main.ts', args)

/** A server that was started as a program. */
export interface StartedProgram {
  readonly url: string
  /** What it has printed so far. */
  readonly printed: () => string
  stop(): Promise<void>
}

/** Starts a server and waits for the first URL that it prints. */
export async function startServer(
  command: string,
  args: readonly string[],
): Promise<StartedProgram> {
  const child = spawn(command, [...args], { cwd: ROOT, env: cleanEnv() })
  let printed = ''
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      printed += chunk
      const found = /https?:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0]
      if (found) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}: ${printed}`)))
  })
  return { url, printed: () => printed, stop: () => end(child) }
}

/** Starts the reference server's program on ports that the system chooses. */
export const startReferenceServer = (...args: string[]): Promise<StartedProgram> =>
  startServer(process.execPath, [
    'reference-server/src/main.ts',
    '--port',
    '0',
    '--private-port',
    '0',
    ...args,
  ])

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}

/** This process's environment without settings that somebody may have made for the programs. */
function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('CHANNEL_') && name !== 'npm_lifecycle_event',
    ),
  )
}
