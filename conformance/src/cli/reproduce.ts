/** The one command that makes a check again. */

/** A function from check ids to commands, for this target, the options that matter, and what stands at the end. */
export function makeReproduce(
  url: string | undefined,
  env: NodeJS.ProcessEnv,
  options: readonly string[],
  end?: string,
): (check: string) => string {
  const program =
    env.npm_lifecycle_event === 'conformance' ? 'npm run conformance --' : 'channel-conformance'
  return (check) =>
    [program, 'run', url, check, ...options, end].filter((part) => part !== undefined).join(' ')
}
