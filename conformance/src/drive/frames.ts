/** WebSocket frames as bytes: reads what a target wrote, makes what no library would send. */

/** A whole frame that arrived. */
export interface Frame {
  readonly opcode: number
  readonly payload: Buffer
}

/** The whole unmasked frames at the start of these bytes, and what follows them. */
export function readFrames(bytes: Buffer): { frames: Frame[]; rest: Buffer } {
  const frames: Frame[] = []
  let rest = bytes
  while (rest.length >= 2) {
    const short = (rest[1] ?? 0) & 0x7f
    const headLength = short === 127 ? 10 : short === 126 ? 4 : 2
    if (rest.length < headLength) break
    const length =
      short === 127 ? Number(rest.readBigUInt64BE(2)) : short === 126 ? rest.readUInt16BE(2) : short
    if (rest.length < headLength + length) break
    frames.push({
      opcode: (rest[0] ?? 0) & 0x0f,
      payload: rest.subarray(headLength, headLength + length),
    })
    rest = rest.subarray(headLength + length)
  }
  return { frames, rest }
}

/** A client frame: masked with a zero key unless `isMasked` is false. */
export function makeFrame(
  opcode: number,
  payload: string | Buffer,
  { isFinal = true, isMasked = true, reserved = 0, announce = Buffer.byteLength(payload) } = {},
): Buffer {
  const body = Buffer.from(payload)
  const first = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode
  const mask = isMasked ? 0x80 : 0
  const head =
    announce < 126
      ? Buffer.from([first, mask | announce])
      : announce < 65536
        ? Buffer.from([first, mask | 126, announce >> 8, announce & 0xff])
        : longHead(first, mask, announce)
  return Buffer.concat([head, isMasked ? Buffer.alloc(4) : Buffer.alloc(0), body])
}

function longHead(first: number, mask: number, length: number): Buffer {
  const head = Buffer.alloc(10)
  head[0] = first
  head[1] = mask | 127
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}
