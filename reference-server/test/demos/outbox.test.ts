import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ServiceProblemError } from '../../application/index.ts'
import { makeOutbox } from '../../demos/push-chat/outbox.ts'
import { makeFakeClock } from '../fake-clock.ts'

function start(send?: (clientId: string, text: string) => Promise<unknown>) {
  const sent: string[] = []
  const held: (() => void)[] = []
  const clock = makeFakeClock()
  let revision = 1
  const outbox = makeOutbox({
    send:
      send ??
      ((clientId, text) => {
        sent.push(`${clientId}: ${text}`)
        return new Promise<void>((resolve) => held.push(resolve))
      }),
    clock,
    complain: () => {},
  })
  const makeList = () => `list ${revision}`
  return {
    outbox,
    announce: () => outbox.announce(['a'], makeList),
    sent,
    clock,
    change: () => {
      revision += 1
    },
    async answer() {
      held.shift()?.()
      await setImmediate()
    },
  }
}

test('a user is sent one text after the other, and others do not wait for it', async () => {
  const { outbox, sent, answer } = start()
  const first = outbox.post(['a', 'b'], 'one')
  void outbox.post(['a'], 'two')
  expect(sent).toEqual(['a: one', 'b: one'])
  await answer()
  expect(sent).toEqual(['a: one', 'b: one', 'a: two'])
  await answer()
  expect(await first).toBe(true)
})

test('a list that still waits stands for later ones and is as new as they are', async () => {
  const { outbox, announce, sent, change, answer } = start()
  announce()
  change()
  announce()
  void outbox.post(['a'], 'then')
  change()
  announce()
  expect(sent).toEqual(['a: list 1'])
  await answer()
  await answer()
  await answer()
  expect(sent).toEqual(['a: list 1', 'a: list 3', 'a: then'])
})

test('only what the service said to repeat soon is sent again, three times at most', async () => {
  const attempts: string[] = []
  let retryAfterSeconds: number | undefined = 2
  const { outbox, clock } = start(async (_clientId, text) => {
    attempts.push(text)
    const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
    throw new ServiceProblemError('no', { status: 429, ...wait })
  })
  const limited = outbox.post(['a'], 'limited')
  await clock.advance(4000)
  expect(await limited).toBe(false)
  retryAfterSeconds = undefined
  expect(await outbox.post(['a'], 'lost')).toBe(false)
  retryAfterSeconds = 60
  expect(await outbox.post(['a'], 'late')).toBe(false)
  expect(attempts).toEqual(['limited', 'limited', 'limited', 'lost', 'late'])
})
