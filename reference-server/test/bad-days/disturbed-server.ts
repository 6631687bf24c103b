/** Loaded into a server before its program: it alone knows how its event loop is blocked and its machine's clock set. */

/** What a test tells the server's process to do to itself. */
export type Disturbance = { blockMs: number } | { setWallMs: number }

const readWallMs = Date.now
const nobodyWakes = new Int32Array(new SharedArrayBuffer(4))
let aheadMs = 0

Date.now = () => readWallMs() + aheadMs

process.on('message', (disturbance: Disturbance) => {
  process.send?.('begins')
  if ('blockMs' in disturbance) Atomics.wait(nobodyWakes, 0, 0, disturbance.blockMs)
  else aheadMs += disturbance.setWallMs
  process.send?.('is over')
})
