/** The duties of a client by close code; it alone knows that ranges bind. */

/** What a client does when its connection has ended. */
export type Duty = 'stop' | 'back-off' | 'reconnect' | 'refresh'

const stopping = [1000, 1002, 1003, 1007, 1009]
const ranges: Readonly<Record<number, Duty>> = { 40: 'stop', 42: 'reconnect', 43: 'refresh' }

/**
 * The duty of a close code, known or not.
 * @spec connection.client.duty
 * @spec client.back-off.unlisted
 */
export function decideDuty(code: number): Duty {
  if (stopping.includes(code)) return 'stop'
  return ranges[Math.floor(code / 100)] ?? 'back-off'
}
