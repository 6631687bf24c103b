/** Says what a client owes when its connection ends; knows alone how ranges bind unknown codes. */
import { CLOSE_CODES, type CLOSE_DUTIES } from './registry.ts'

/** What a client owes after a connection ended: a key of `CLOSE_DUTIES`. */
export type CloseDuty = keyof typeof CLOSE_DUTIES

const registered = new Map<number, CloseDuty>(
  Object.values(CLOSE_CODES).map(({ code, duty }) => [code, duty]),
)

const ranges: readonly { readonly from: number; readonly to: number; readonly duty: CloseDuty }[] =
  [
    { from: 4000, to: 4099, duty: 'stop' },
    { from: 4100, to: 4199, duty: 'back-off' },
    { from: 4200, to: 4299, duty: 'reconnect' },
    { from: 4300, to: 4399, duty: 'refresh' },
  ]

/**
 * The duty that a close code lays on a client: its row's, else its range's, else `back-off`, which
 * also answers 1006 and a connection that never opened.
 * @spec connection.client.duty
 */
export function closeDutyOf(code: number): CloseDuty {
  const range = ranges.find(({ from, to }) => code >= from && code <= to)
  return registered.get(code) ?? range?.duty ?? 'back-off'
}
