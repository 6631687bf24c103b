import { describe, expect, it } from 'vitest'
import { watchLiveness } from '../../client/liveness.ts'
import { makeFakeSurroundings } from './fake-surroundings.ts'

function watch() {
  const page = makeFakeSurroundings()
  const silences: number[] = []
  const startedAtMs = page.nowMs()
  const liveness = watchLiveness(page, 35_000, () => silences.push(page.nowMs() - startedAtMs))
  return { page, silences, liveness }
}

describe('the watch over a connection', () => {
  it('tells of silence once, after the limit', async () => {
    const { page, silences } = watch()
    await page.advance(34_999)
    expect(silences).toEqual([])
    await page.advance(100_000)
    expect(silences).toEqual([35_000])
  })

  it('counts from what came last', async () => {
    const { page, silences, liveness } = watch()
    await page.advance(30_000)
    liveness.note()
    await page.advance(100_000)
    expect(silences).toEqual([65_000])
  })

  it('waits 2 seconds for what is queued after a timer that ran late', async () => {
    const { page, silences, liveness } = watch()
    page.sleep(3_600_000)
    await page.advance(35_000)
    await page.advance(1999)
    expect(silences).toEqual([])
    liveness.note()
    await page.advance(34_999)
    expect(silences).toEqual([])
  })

  it('tells of silence where nothing was queued either', async () => {
    const { page, silences } = watch()
    page.sleep(3_600_000)
    await page.advance(35_000)
    expect(silences).toEqual([])
    await page.advance(2000)
    expect(silences).toEqual([3_637_000])
  })

  it('survives a clock that is set back', async () => {
    const { page, silences } = watch()
    page.sleep(-3_600_000)
    await page.advance(35_000)
    expect(silences).toEqual([])
    page.sleep(3_600_000)
    await page.advance(37_000)
    expect(silences).toEqual([72_000])
  })

  it('is silent after it was stopped', async () => {
    const { page, silences, liveness } = watch()
    liveness.stop()
    await page.advance(100_000)
    expect(silences).toEqual([])
    expect(page.waiting()).toBe(0)
  })
})
