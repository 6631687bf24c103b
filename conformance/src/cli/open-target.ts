/** Opens what is to be judged: a server at a URL, or the reference server, started for the purpose. */

import { startReferenceHost } from '../target/reference.ts'
import { type Target, TargetUnavailable } from '../target/target.ts'
import { openUrlTarget } from '../target/url.ts'
import type { UrlOptions } from './run-options.ts'
import { UsageError } from './usage-error.ts'

/** A target and what ends everything that was started for it. */
export interface OpenedTarget {
  readonly target: Target
  close(): Promise<void>
}

/** Throws {@link TargetUnavailable} where nothing can be judged, and UsageError where the receiver cannot listen. */
export async function openTarget(url: UrlOptions | undefined): Promise<OpenedTarget> {
  if (url === undefined) {
    const host = await startReferenceHost()
    return { target: await host.start({ testTimings: true }), close: () => host.stop() }
  }
  try {
    const target = await openUrlTarget(url)
    return { target, close: () => target.stop() }
  } catch (error) {
    if (error instanceof TargetUnavailable) throw error
    throw new UsageError((error as Error).message)
  }
}
