/** Collects what the faults of the server, the chat and the small client do wrong. */

import { CLIENT_FAULTS } from '../../src/client/target/wrong/faults.ts'
import { startDemoHost } from '../../src/target/demo.ts'
import { startReferenceHost } from '../../src/target/reference.ts'

/** The text of the published data: each fault with its misdeed, in the order of the alphabet. */
export async function writeMisdeeds(): Promise<string> {
  const hosts = await Promise.all([startReferenceHost(), startDemoHost()])
  try {
    const faults = (await Promise.all(hosts.map((host) => host.faults()))).flat()
    const all = [
      ...faults.map(({ name, misdeed }) => [name, misdeed] as const),
      ...Object.entries(CLIENT_FAULTS).map(([name, { misdeed }]) => [name, misdeed] as const),
    ]
    const sorted = all.sort(([a], [b]) => (a < b ? -1 : 1))
    return `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`
  } finally {
    await Promise.all(hosts.map((host) => host.stop()))
  }
}
