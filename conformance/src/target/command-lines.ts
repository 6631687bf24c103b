/** A program that takes commands: JSON lines in, JSON lines out; it alone knows how a command and its reply are joined. */

import { Unsupported } from '../drive/set-up-failed.ts'
import { parseObject } from '../timeline/timeline.ts'
import { type Child, type ChildOptions, startChild } from './child.ts'
import { TargetUnavailable } from './target.ts'

/** A reply, without its `id`. */
export type Reply = Readonly<Record<string, unknown>>

/** A program that takes commands. */
export interface CommandedChild extends Child {
  /**
   * Sends a command and resolves with its reply. Rejects with `Unsupported` where the program cannot do it, and with
   * TargetUnavailable where it answers with an error, too late or with nonsense, or has ended.
   */
  ask(verb: string, members: object, mostMs?: number): Promise<Reply>
}

interface Asked {
  readonly verb: string
  resolve(reply: Reply): void
  reject(error: Error): void
}

/** How long a command that starts nothing may take. */
const ANSWER_MS = 20_000
/** How much of a line that is no reply is shown, in UTF-16 code units. */
const SHOWN = 120

/** Starts a program that takes commands. */
export function startCommanded(
  program: readonly string[],
  options: Pick<ChildOptions, 'env'> = {},
): CommandedChild {
  const waiting = new Map<number, Asked>()
  let last = 0
  let broken: string | undefined
  const rejectAll = (why: string): void => {
    for (const { reject } of waiting.values()) reject(new TargetUnavailable(why))
    waiting.clear()
  }
  const child = startChild(program, {
    ...options,
    onLine(line) {
      if (line.trim() === '' || broken !== undefined) return
      const reply = parseObject(line)
      const asked = typeof reply?.id === 'number' ? waiting.get(reply.id) : undefined
      if (!reply || !asked) {
        broken = `${child.name} wrote a line on its standard output that answers no command: ${show(line)}; standard output carries replies only, and logs belong on standard error`
        rejectAll(broken)
        return
      }
      waiting.delete(Number(reply.id))
      settle(asked, reply, child.name)
    },
  })
  void child.ended.then(rejectAll)
  return {
    ...child,
    ask(verb, members, mostMs = ANSWER_MS) {
      last += 1
      const id = last
      const { promise, resolve, reject } = Promise.withResolvers<Reply>()
      const over = broken ?? child.how()
      if (over !== undefined) return Promise.reject(new TargetUnavailable(over))
      const late = setTimeout(() => {
        // What is answered later is no nonsense.
        waiting.set(id, { verb, resolve: () => {}, reject: () => {} })
        const evidence = child.evidence()
        reject(
          new TargetUnavailable(
            `${child.name} did not answer ${verb} within ${mostMs / 1000} s${verb === 'start' ? ' (--ready-timeout gives it more)' : ''}${evidence === '' ? '' : `; the end of its standard error:\n${evidence}`}`,
          ),
        )
      }, mostMs)
      waiting.set(id, { verb, resolve, reject })
      child.write(JSON.stringify({ id, [verb]: members }))
      return promise.finally(() => clearTimeout(late))
    },
  }
}

function settle({ verb, resolve, reject }: Asked, reply: Reply, name: string): void {
  if (typeof reply.unsupported === 'string') reject(new Unsupported(reply.unsupported))
  else if (reply.error !== undefined)
    reject(
      new TargetUnavailable(`${name} answers ${verb} with the error ${show(String(reply.error))}`),
    )
  else resolve(reply)
}

function show(text: string): string {
  const plain = text.replace(/\p{Cc}/gu, ' ')
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}...` : plain
}
