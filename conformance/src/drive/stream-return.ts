/** Coming back to an event stream: which id to keep, how to come, and a post that shows where the replay ends. */

import { readObject } from '../timeline/timeline.ts'
import type { Drive } from './drive.ts'
import type { EventStream } from './event-stream.ts'
import type { StreamOptions } from './streams.ts'

/** The id of the event whose data this is, or of the welcome where none is given. */
export function idOf({ frames }: EventStream, data?: string): string {
  const isMeant = (envelope: Record<string, unknown> | undefined): boolean =>
    data === undefined ? envelope?.type === 'welcome' : envelope?.data === data
  const found = frames.entries.find(({ text }) => isMeant(readObject(text)))
  return found?.event?.id ?? 'the event had no id'
}

/** Posts a text that nobody has used, waits for it on the stream, and answers it. */
export async function postAndRead(
  drive: Drive,
  as: string,
  clientId: string,
  stream: EventStream,
): Promise<string> {
  const data = drive.text()
  await drive.post(as, clientId, data)
  await stream.message(data)
  return data
}

/** Comes back in this way, and posts as role `fence ...` behind what is replayed. */
export async function comeBack(
  drive: Drive,
  as: string,
  clientId: string,
  options: Partial<StreamOptions>,
): Promise<void> {
  const stream = await drive.streams.connect(as, clientId, options)
  await postAndRead(drive, `fence ${as}`, clientId, stream)
  stream.drop()
}

/** Follows a client id on one stream after the other, each with the last id of the one before, until a fence. */
export async function follow(
  drive: Drive,
  clientId: string,
  roles: readonly string[],
  until: (stream: EventStream) => Promise<unknown>,
  pace: number,
): Promise<void> {
  let isOver = false
  const posting = (async () => {
    while (!isOver) {
      await drive.post('post', clientId, drive.text())
      await drive.pass(pace)
    }
  })()
  let lastEventId: string | undefined
  for (const as of roles) {
    const options = lastEventId === undefined ? {} : { lastEventId }
    const stream = await drive.streams.connect(as, clientId, options).catch((cause: unknown) => {
      isOver = true
      throw cause
    })
    if (as === roles.at(-1)) {
      isOver = true
      await posting
      await postAndRead(drive, 'fence', clientId, stream)
    } else await until(stream)
    stream.drop()
    // As a client does, which keeps its id where a stream gives it none.
    lastEventId = stream.lastId() ?? lastEventId
  }
}
