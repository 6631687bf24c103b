/** The one command that makes a check again; it alone knows how the suite is called where it was called. */

/** The names by which npm starts a program, and what calls it so again. */
const CALLS: Readonly<Record<string, string>> = {
  conformance: 'npm run conformance --',
  npx: 'npx @channel-protocol/conformance',
}

/** What stands before the name of a command, so that it can be copied. */
export function nameProgram({ npm_lifecycle_event: event }: NodeJS.ProcessEnv): string {
  return CALLS[event ?? ''] ?? 'channel-conformance'
}

/** A function from check ids to commands, for this target, the options that matter, and what stands at the end. */
export function makeReproduce(
  url: string | undefined,
  env: NodeJS.ProcessEnv,
  options: readonly string[],
  end?: string,
): (check: string) => string {
  const program = nameProgram(env)
  return (check) =>
    [program, 'run', url, check, ...options, end].filter((part) => part !== undefined).join(' ')
}
