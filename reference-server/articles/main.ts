/** The program: runs the client code of the original articles, unchanged, in Chromium against the demo. */
import { parseArgs } from 'node:util'
import { startChromium } from '../test/browser/chromium.ts'
import { startDemo } from '../test/browser/start-demo.ts'
import type { Stage } from '../test/browser/windows.ts'
import { readNotesCode } from './code/notes.ts'
import { readPushChatCode } from './code/push-chat.ts'
import { readSimpleChatCode } from './code/simple-chat.ts'
import { findArticles, type Wanted } from './find-articles.ts'
import { playNotes } from './plays/notes.ts'
import { playPushChat } from './plays/push-chat.ts'
import { playSimpleChat } from './plays/simple-chat.ts'
import type { Play } from './plays/stage.ts'

const USAGE = 2

const ARTICLES: readonly (Wanted & { play: Play })[] = [
  { name: 'the chat in Japanese', read: readPushChatCode, play: playPushChat },
  { name: 'the simple chat', read: readSimpleChatCode, play: playSimpleChat },
  { name: 'the notes client', read: readNotesCode, play: playNotes },
]

function readFolder(): string | undefined {
  try {
    return parseArgs({ options: { articles: { type: 'string' } } }).values.articles
  } catch (error) {
    console.error(`test:articles: ${(error as Error).message}`)
    process.exit(USAGE)
  }
}

/** Starts the demo and a browser for as long as `use` needs them. */
async function withStage(use: (stage: Stage) => Promise<void>): Promise<void> {
  const demo = await startDemo()
  try {
    const browser = await startChromium()
    await use({ browser, url: demo.url }).finally(() => browser.close())
  } finally {
    await demo.stop()
  }
}

async function main(): Promise<void> {
  const folder = readFolder()
  if (folder === undefined) {
    console.log('no articles were played: give the folder that has them with --articles <dir>')
    return
  }
  const articles = await findArticles(folder, ARTICLES).catch((error: Error) => {
    console.error(`test:articles: ${error.message}`)
    process.exit(USAGE)
  })
  const missing = articles.filter(({ code }) => code === undefined)
  for (const { name } of missing)
    console.log(`FAILED  ${name}: no file of ${folder} has its client code`)
  if (missing.length > 0) process.exitCode = 1
  else
    await withStage(async (stage) => {
      for (const { name, code = '', play } of articles) {
        try {
          await play(stage, code)
          console.log(`passed  ${name}`)
        } catch (error) {
          console.log(`FAILED  ${name}: ${(error as Error).message}`)
          process.exitCode = 1
        }
      }
    })
}

await main()
