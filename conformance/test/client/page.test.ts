import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  type ProgrammableService,
  startProgrammableService,
} from '../../src/client/drive/service.ts'
import { servePage, type WaitingPage } from '../../src/client/target/page.ts'

let folder: string
let page: WaitingPage
let service: ProgrammableService

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'channel-page-'))
  await mkdir(join(folder, 'pages'))
  await writeFile(join(folder, 'pages', 'a page.html'), '<title>a page</title>')
  await writeFile(join(folder, 'pages', 'script.js'), 'export {}')
  await writeFile(join(folder, 'outside.txt'), 'not for a browser')
  await symlink(join(folder, 'outside.txt'), join(folder, 'pages', 'link.txt'))
  page = await servePage(join(folder, 'pages', 'a page.html'))
  service = await startProgrammableService(page.beside)
})
afterEach(async () => {
  await service.stop()
  await rm(folder, { recursive: true })
})

const get = (path: string): Promise<Response> => fetch(`${service.origin}${path}`)
const talk = (origin: string): WebSocket =>
  new WebSocket(`${service.origin.replace('http', 'ws')}/lines`, { origin })

test('the page and the scripts beside it are served', async () => {
  expect(await (await get(page.path)).text()).toContain('a page')
  expect((await get('/page/script.js')).headers.get('content-type')).toContain('text/javascript')
})

test('nothing outside the folder is served, also not by a link', async () => {
  for (const path of [
    '/page/..%2foutside.txt',
    '/page/link.txt',
    '/page/%2e%2e/outside.txt',
    '/page/',
  ])
    expect((await get(path)).status).toBe(404)
})

test('the page is ready with its greeting', async () => {
  const socket = talk(service.origin)
  socket.on('open', () => socket.send('{"event":"ready","name":"a page","version":"1"}'))
  const adapter = await page.opened(5)
  expect(adapter.name).toBe('a page')
  socket.close()
  expect(await adapter.gone).toBe('the page has gone')
})

test('a page of another origin gets no lines', async () => {
  const socket = talk('https://elsewhere.example')
  const failed = await new Promise<boolean>((resolve) => {
    socket.on('error', () => resolve(true))
    socket.on('open', () => resolve(false))
  })
  expect(failed).toBe(true)
})

test('without a browser there is no verdict, and so without a file', async () => {
  await expect(page.opened(0)).rejects.toThrow('no browser has opened the page')
  await expect(servePage(join(folder, 'missing.html'))).rejects.toThrow('there is no page')
})
