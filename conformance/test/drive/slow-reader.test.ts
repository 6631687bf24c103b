import { describe, expect, test } from 'vitest'
import type { Drive } from '../../src/drive/drive.ts'
import type { RawConnection } from '../../src/drive/raw.ts'
import { awaitEnd, pauseReading } from '../../src/drive/slow-reader.ts'
import { readAdvertised } from '../../src/target/advertised.ts'

const drive = {
  advertised: readAdvertised(
    'http://127.0.0.1:1',
    { timings: { stall_timeout_seconds: 0.5, close_timeout_seconds: 0.5 } },
    [],
  ),
  patienceMs: 1000,
} as Drive

/** A connection whose end is seen as `isOver` says; `heard` is what was done with it, in order. */
function startScene(isOver: (isRead: boolean) => boolean) {
  const heard: string[] = []
  let isRead = true
  const raw: Pick<RawConnection, 'pause' | 'readToEnd' | 'write' | 'ended'> = {
    pause() {
      isRead = false
      heard.push('paused')
    },
    readToEnd() {
      isRead = true
      heard.push('read on')
    },
    write: (_bytes, note) => void heard.push(note ?? ''),
    ended: async () => isOver(isRead),
  }
  return { heard, raw: raw as RawConnection }
}

describe('awaitEnd', () => {
  test('a connection whose end is seen unread is over, and is not read on', async () => {
    const { heard, raw } = startScene(() => true)
    expect(await awaitEnd(drive, raw, pauseReading(raw, 1))).toBe(true)
    expect(heard).toEqual(['paused', 'a Pong'])
  })

  test('a connection that hides its end behind what it holds is over when it is read on', async () => {
    const { heard, raw } = startScene((isRead) => isRead)
    expect(await awaitEnd(drive, raw, pauseReading(raw, 1))).toBe(true)
    expect(heard.slice(-2)).toEqual(['read on', 'a Pong'])
  })

  test('a connection that goes on when it is read is not over, and has Pongs all the while', async () => {
    const { heard, raw } = startScene(() => false)
    expect(await awaitEnd(drive, raw, pauseReading(raw, 1))).toBe(false)
    const after = heard.slice(heard.indexOf('read on') + 1)
    expect(after).toEqual(['a Pong', 'a Pong', 'a Pong', 'a Pong', 'a Pong'])
  })
})
