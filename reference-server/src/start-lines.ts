/** What a person reads when the server has started. */
import type { Fault } from './parts.ts'
import type { Settings } from './settings.ts'

/** A few lines about a server that runs; they hold no secret but the name of the published ones. */
export function describeStart(
  settings: Settings,
  baseUrl: string,
  privateUrl: string | undefined,
  faults: readonly Fault[],
): string {
  const { development, webhookTargets, socketTargets, profiles, testTimings } = settings
  const presenceUrl = profiles.includes('presence') ? webhookTargets?.connected : undefined
  const webhookUrl = presenceUrl ?? (profiles.includes('sockets') ? socketTargets?.handshake : '')
  const lines = [
    `Channel Protocol reference server at ${baseUrl}`,
    `  profiles:    ${profiles.join(', ')}${testTimings ? ' (test timings)' : ''}`,
    `  credentials: ${
      development
        ? 'the published development credentials, which anyone knows (loopback only)'
        : `${settings.applicationKeys.length} application key(s) of your own`
    }`,
    `  webhooks:    ${
      webhookUrl
        ? `to ${webhookUrl.replace(/\?.*$/s, '')} and so on`
        : 'none: presence and sockets are off, or no --application-base is given'
    }`,
    `  state:       ${describeState(settings)}`,
    `  operators:   ${privateUrl ? `${privateUrl}/readyz and /metrics` : 'no private listener'}`,
    `  judge it:    npm run conformance -- run ${baseUrl}`,
    ...(mayOutgrowQueue(settings)
      ? ['  note:        resume_bytes is above queue_bytes: a long replay may end as slow-consumer']
      : []),
    ...faults.map(({ name, misdeed }) => `  !!! FAULT ${name}: ${misdeed}`),
  ]
  return `${lines.join('\n')}\n`
}

function describeState({ broker }: Settings): string {
  if (broker.kind === 'memory') return 'in memory, and lost with the process'
  if (broker.kind === 'sqlite') return `in ${broker.file}, and kept when the process ends`
  // The rest of its URL may hold a password.
  return `in Redis at ${new URL(broker.url).host}, and shared with every node that uses it`
}

/** Whether what is replayed to one client may be more than what may wait for it. */
function mayOutgrowQueue({ profiles, limits }: Settings): boolean {
  const bounds = profiles.includes('robust') && profiles.includes('resume')
  return bounds && limits.resume_bytes > limits.queue_bytes
}
