/** A page with a socket, as a script plays it: a plain WebSocket, and nothing of the protocol. */

/** An open socket whose texts are taken one by one. */
export interface Page {
  say(text: string): void
  /** The next text that was not taken yet. Rejects where the socket ends first. */
  hears(): Promise<string>
  leave(): void
}

/** Opens a socket. Rejects where it does not open. */
export async function openPage(url: string): Promise<Page> {
  const socket = new WebSocket(url)
  const arrived: string[] = []
  let wake = (): void => {}
  let end: string | undefined
  socket.addEventListener('message', ({ data }) => {
    arrived.push(String(data))
    wake()
  })
  socket.addEventListener('close', ({ code, reason }) => {
    end = `the socket ended with ${code} ${reason}`
    wake()
  })
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true })
    socket.addEventListener('error', () => reject(new Error('the socket did not open')))
  })
  return {
    say: (text) => socket.send(text),
    async hears() {
      for (;;) {
        const text = arrived.shift()
        if (text !== undefined) return text
        if (end !== undefined) throw new Error(end)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    leave: () => socket.close(1000),
  }
}
