/** Bundles what browsers load, or with `--check` proves that the committed bundles are current. */
import { globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OutputOptions, rolldown } from 'rolldown'

/** One file that browsers load; paths are relative to the root of the repository. */
interface Bundle {
  entry: string
  file: string
  options: OutputOptions
}

const root = fileURLToPath(new URL('..', import.meta.url))

const client = 'reference-server/client'
const demos = 'reference-server/demos'

const library: readonly Bundle[] = [
  {
    entry: `${client}/index.ts`,
    file: `${client}/built/channel.js`,
    options: { format: 'es', minify: true },
  },
  {
    entry: `${client}/index.ts`,
    file: `${client}/built/channel.classic.js`,
    options: { format: 'iife', name: 'ChannelProtocol', minify: true },
  },
  {
    entry: `${client}/goog-appengine.ts`,
    file: `${client}/built/goog-appengine.js`,
    options: { format: 'iife', minify: true },
  },
]

/** The script of the HTML report. */
const report: Bundle = {
  entry: 'conformance/src/report/browser/page.ts',
  file: 'conformance/src/report/built/page.js',
  options: { format: 'iife', minify: true },
}

/** The script of each sample's pages, readable as it is. */
const pages = globSync(`${demos}/*/browser/page.ts`, { cwd: root }).map(
  (entry): Bundle => ({
    entry,
    file: `${demos}/built/${basename(dirname(dirname(entry)))}.js`,
    options: { format: 'iife' },
  }),
)

async function bundle({ entry, options }: Bundle): Promise<string> {
  // Names inside the bundle are told from the folder of its package.
  const cwd = join(root, entry.split('/')[0] ?? '')
  const build = await rolldown({ input: join(root, entry), cwd })
  const { output } = await build.generate(options)
  await build.close()
  return output[0].code
}

const isCheck = process.argv.includes('--check')
for (const made of [...library, report, ...pages]) {
  const text = await bundle(made)
  const file = `${root}${made.file}`
  if ((await readFile(file, 'utf8').catch(() => '')) === text) continue
  if (isCheck) {
    process.stderr.write(
      `${made.file} is not what its sources give; run "npm run generate" and commit it.\n`,
    )
    process.exitCode = 1
  } else {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
    process.stdout.write(`wrote ${made.file}\n`)
  }
}
