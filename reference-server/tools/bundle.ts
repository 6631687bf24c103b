/** Bundles what browsers load, or with `--check` proves that the committed bundles are current. */
import { globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OutputOptions, rolldown } from 'rolldown'

/** One file that browsers load. */
interface Bundle {
  /** Paths relative to `reference-server/`. */
  entry: string
  file: string
  options: OutputOptions
}

const root = fileURLToPath(new URL('..', import.meta.url))

const library: readonly Bundle[] = [
  {
    entry: 'client/index.ts',
    file: 'client/built/channel.js',
    options: { format: 'es', minify: true },
  },
  {
    entry: 'client/index.ts',
    file: 'client/built/channel.classic.js',
    options: { format: 'iife', name: 'ChannelProtocol', minify: true },
  },
  {
    entry: 'client/goog-appengine.ts',
    file: 'client/built/goog-appengine.js',
    options: { format: 'iife', minify: true },
  },
]

/** The script of each sample's pages, readable as it is. */
const pages = globSync('demos/*/browser/page.ts', { cwd: root }).map(
  (entry): Bundle => ({
    entry,
    file: `demos/built/${basename(dirname(dirname(entry)))}.js`,
    options: { format: 'iife' },
  }),
)

async function bundle({ entry, options }: Bundle): Promise<string> {
  const build = await rolldown({ input: `${root}/${entry}`, cwd: root })
  const { output } = await build.generate(options)
  await build.close()
  return output[0].code
}

const isCheck = process.argv.includes('--check')
for (const made of [...library, ...pages]) {
  const text = await bundle(made)
  const file = `${root}/${made.file}`
  if ((await readFile(file, 'utf8').catch(() => '')) === text) continue
  if (isCheck) {
    const path = `reference-server/${made.file}`
    console.error(`${path} is not what its sources give; run "npm run generate" and commit it.`)
    process.exitCode = 1
  } else {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    console.log(`wrote reference-server/${made.file}`)
  }
}
