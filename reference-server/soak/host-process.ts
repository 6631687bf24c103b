/** A process of clients: it alone knows how one is started, and when everything that it had told is heard. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order, Word } from './host-words.ts'

const PROGRAM = fileURLToPath(new URL('./host.ts', import.meta.url))

/** A process of clients that runs, until somebody ends it. */
export interface HostProcess {
  /** Told to nobody where the process has ended. */
  send(order: Order): void
  /** Ends it with `kill -9`, and resolves when its last word was heard. */
  kill(): Promise<void>
}

/** Starts a process of clients. `onDefect` hears of an end that nobody asked for. */
export function startHost(
  onWord: (word: Word) => void,
  onDefect: (defect: string) => void,
): HostProcess {
  const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  child.on('message', (word: Word) => onWord(word))
  // Whoever sends to a process that is dying hears nothing of it.
  child.on('error', () => {})
  let isAsked = false
  child.once('exit', (code, signal) => {
    if (!isAsked) onDefect(`a process of clients ended by itself (${code ?? signal})`)
  })
  const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  return {
    send: (order) => {
      if (child.connected) child.send(order, () => {})
    },
    kill: async () => {
      isAsked = true
      child.kill('SIGKILL')
      await ended
    },
  }
}
