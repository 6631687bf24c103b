/** The program: starts a service, the handlers and two pages, and shows that what the article promises arrives. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { makeApplication } from '@channel-protocol/reference-server/application'
import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { startHandlers } from './handlers.ts'
import { openPage, type Page } from './page.ts'

const wholeMs = 30_000
const ada = { name: 'ada', path: '/echo/ada' }
const grace = { name: 'Grace Hopper', path: '/rooms/42/Grace Hopper' }

/** Starts the program that `npm start` starts; answers its base URL when it has said so. */
async function startService(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the service has no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const url = / at (http:\S+)$/.exec(line)?.[1]
    if (url === undefined) continue
    child.stdout.resume()
    return url
  }
  throw new Error('the service did not start')
}

function spawnService(applicationBase: string): ChildProcess {
  const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
  const flags = ['--port', '0', '--private-port', '0', '--application-base', applicationBase]
  return spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function expectHeard(name: string, page: Page, expected: string): Promise<void> {
  const text = await page.hears()
  if (text !== expected) throw new Error(`${name} heard ${text} instead of ${expected}`)
  console.log(`  ${name} hears:  ${text}`)
}

function say(name: string, page: Page, text: string): void {
  page.say(text)
  console.log(`${name} says:   ${text}`)
}

async function play(serviceUrl: string, createUrl: (path: string) => Promise<string>) {
  console.log(`The service is at ${serviceUrl}.`)
  const adaPage = await openPage(await createUrl(ada.path))
  console.log(`${ada.name} opens:  ${ada.path}`)
  say(ada.name, adaPage, 'hello')
  await expectHeard(ada.name, adaPage, 'Received: "hello"')

  const gracePage = await openPage(await createUrl(grace.path))
  console.log(`${grace.name} opens:  ${grace.path}`)
  say(grace.name, gracePage, 'good morning, everybody')
  await expectHeard(grace.name, gracePage, 'good morning, everybody')
  await expectHeard(ada.name, adaPage, 'good morning, everybody')

  gracePage.leave()
  console.log(`${grace.name} leaves`)
  await expectHeard(ada.name, adaPage, `${grace.name} has left the building`)
  adaPage.leave()
}

async function main(): Promise<void> {
  const handlers = await startHandlers(() => application)
  const child = spawnService(handlers.url)
  process.once('exit', () => child.kill('SIGKILL'))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const late = setTimeout(() => {
    console.error(`example: not done within ${wholeMs / 1000} seconds`)
    process.exit(1)
  }, wholeMs)
  const serviceUrl = await startService(child)
  const application = makeApplication({
    baseUrl: serviceUrl,
    applicationKey: DEVELOPMENT.application_keys[0],
    webhookSecrets: DEVELOPMENT.webhook_secrets,
  })
  try {
    await play(serviceUrl, (path) => application.createWebSocketUrl(path))
    console.log('Everything arrived as the article has it.')
  } finally {
    child.kill()
    await ended
    await Promise.all([handlers.stop(), application.stop()])
    clearTimeout(late)
  }
}

await main().catch((error: unknown) => {
  console.error(`example: ${error instanceof Error ? error.message : error}`)
  process.exit(1)
})
