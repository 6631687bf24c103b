import { expect, test } from 'vitest'
import { makeWebhookTarget } from '../../src/outbound/webhook-target.ts'
import { makeSenderRules } from '../../src/rules/presence-sender.ts'

function makeTarget(concurrency = 4) {
  const timings = {
    presence_interval_seconds: 1,
    webhook_retry_seconds: [1],
    webhook_pause_seconds: 2,
    webhook_give_up_seconds: 3600,
    webhook_retry_after_max_seconds: 300,
  }
  return makeWebhookTarget(makeSenderRules(), timings, concurrency)
}

test('a target is not free while all places are taken', () => {
  const target = makeTarget(1)
  target.noteBegun(0)
  expect(target.freeAtMs()).toBeUndefined()
})

test('it says once that it is paused and once that it is resumed', () => {
  const target = makeTarget()
  for (let attempt = 0; attempt < 4; attempt += 1) target.noteBegun(0)
  const turns = [429, 503, 200, 200].map((status) => target.noteEnded({ status }, 10))
  expect(turns).toEqual(['paused', 'unchanged', 'resumed', 'unchanged'])
})

test('a failure of an attempt that began before the pause does not prolong it', () => {
  const target = makeTarget()
  target.noteBegun(0)
  target.noteBegun(0)
  target.noteEnded({ failure: 'connection' }, 100)
  target.noteEnded({ failure: 'connection' }, 1500)
  expect(target.freeAtMs()).toBe(2120)
})
