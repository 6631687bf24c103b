import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findChromium } from './chromium.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chromium-'))
  for (const name of ['chromium-browser', 'google-chrome']) {
    await writeFile(join(folder, name), '')
    await chmod(join(folder, name), 0o755)
  }
})

afterAll(() => rm(folder, { recursive: true }))

test('the first usual name on PATH is taken', () => {
  expect(findChromium({ PATH: `/nowhere:${folder}` })).toBe(join(folder, 'chromium-browser'))
})

test('CHROMIUM goes before PATH', () => {
  const chosen = join(folder, 'google-chrome')
  expect(findChromium({ CHROMIUM: chosen, PATH: folder })).toBe(chosen)
})

test('a CHROMIUM that is no program is refused by its name', () => {
  expect(() => findChromium({ CHROMIUM: '/nowhere/chrome', PATH: folder })).toThrow(
    'CHROMIUM is /nowhere/chrome, which is no program',
  )
})

test('without a Chromium the error says what to install', () => {
  expect(() => findChromium({ PATH: '/nowhere' })).toThrow('apt-get install chromium')
})
