/** The reference server as a target: a program that speaks the contract, and breaks rules on purpose when it is told to. */

import type { ExecStart } from '@channel-protocol/schemas/types'
import { startReceiver } from '../drive/receiver.ts'
import { NODES } from '../drive/site.ts'
import type { CommandedChild } from './command-lines.ts'
import { mintCredentials } from './credentials.ts'
import { makeExecImplementation } from './exec.ts'
import { referenceProgram, takeOwn } from './own-programs.ts'
import { FAULTY_SERVER } from './reference-package.ts'
import { launch, PRODUCTION_TIMINGS, randomPrefix, TEST_TIMINGS } from './started.ts'
import type { Target } from './target.ts'

/** A named deliberate defect of the reference server. */
export interface Fault {
  readonly name: string
  readonly misdeed: string
  readonly breaks: readonly string[]
}

/** What a server is started with. */
export interface StartOptions {
  readonly faults?: readonly string[]
  readonly testTimings?: boolean
  readonly profiles?: readonly string[]
  /** Whether it is one node, and no cluster. */
  readonly isOneNode?: boolean
  /** Under what name to note what this server, and those beside it, ask of their parts. */
  readonly watch?: string
}

/** A server that a host started. */
export interface HostedTarget extends Target {
  /** The places that its faults changed in it; absent where the host cannot tell. */
  readonly changed?: readonly string[]
}

/** The process that holds reference servers. */
export interface ReferenceHost {
  /** The faults that the reference server knows. */
  faults(): Promise<Fault[]>
  /** Starts a server and opens it as a target. */
  start(options: StartOptions): Promise<HostedTarget>
  /** The places that servers watched under a name have asked for; absent where the host cannot tell. */
  asked?(name: string): Promise<readonly string[]>
  stop(): Promise<void>
}

const READY_MS = 20_000

/** Takes the process of a server without faults, or starts one that knows them; it ends with its standard input. */
export async function startReferenceHost(sound?: CommandedChild): Promise<ReferenceHost> {
  const program = referenceProgram()
  const isFaulty = !sound && program === FAULTY_SERVER
  const implementation = makeExecImplementation({
    startProgram: () => sound ?? takeOwn(program),
    readyMs: READY_MS,
  })
  const receiver = await startReceiver({ host: '127.0.0.1', port: 0 })
  return {
    faults: async () => (await implementation.ask('list', {})).faults as Fault[],
    async start({ faults = [], testTimings, profiles, isOneNode, watch }) {
      const credentials = mintCredentials()
      const more: object = {
        ...(isFaulty && { faults }),
        ...(profiles && { profiles }),
        ...(watch && { watch }),
      }
      const timings = testTimings === false ? PRODUCTION_TIMINGS : TEST_TIMINGS
      const {
        site,
        ready,
        implementation: described,
        stop,
      } = await launch(
        { implementation, receiver, credentials, timings, steps: true, more: more as ExecStart },
        randomPrefix(),
        isOneNode ? {} : { nodes: NODES },
      )
      return {
        name: `the reference server${faults.length > 0 ? ` with ${faults.join(', ')}` : ''}`,
        implementation: described,
        secrets: [...credentials.applicationKeys, ...credentials.webhookSecrets],
        site,
        changed: (ready as { changed?: string[] }).changed ?? [],
        stop,
      }
    },
    asked: async (name) => (await implementation.ask('watched', { name })).asked as string[],
    async stop() {
      await implementation.end()
      await receiver.stop()
    },
  }
}
