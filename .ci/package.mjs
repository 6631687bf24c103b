/**
 * What `npm pack` publishes of a package: compiled sources, and a manifest that names them. Plain JavaScript, called by
 * npm in the package's folder: `node package.mjs build` before the pack, `node package.mjs restore` after it.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import './require-node.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const here = process.cwd()
const manifest = join(here, 'package.json')
const kept = join(here, 'package.source.json')
const compiled = join(root, 'dist/build', basename(here))

const deeds = { build, restore }
const deed = deeds[process.argv[2]]
if (!deed) throw new Error('give build or restore')
deed()

function build() {
  // A pack that was interrupted has left what it compiled behind.
  if (existsSync(kept)) restore()
  rmSync(compiled, { recursive: true, force: true })
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  // Of the three packages only this one, and what it imports.
  const project = join(root, 'dist/build', `${basename(here)}.json`)
  mkdirSync(dirname(project), { recursive: true })
  const { files } = JSON.parse(readFileSync(manifest, 'utf8'))
  const include = files.filter((name) => !name.startsWith('!')).map((name) => join(here, name))
  const base = join(root, '.ci/tsconfig.json')
  writeFileSync(project, JSON.stringify({ extends: base, include }))
  // Comments go with the types, where editors show them: in what runs they are a sixth of it.
  for (const parts of [['--removeComments', '--declaration', 'false'], ['--emitDeclarationOnly']]) {
    const args = [tsc, '-p', project, ...parts]
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
    if (status !== 0) process.exit(1)
  }
  for (const path of compiledFiles()) cpSync(join(compiled, path), join(here, path))
  renameSync(manifest, kept)
  writeFileSync(
    manifest,
    `${JSON.stringify(published(JSON.parse(readFileSync(kept, 'utf8'))), undefined, 2)}\n`,
  )
}

function restore() {
  if (!existsSync(kept)) return
  renameSync(kept, manifest)
  for (const path of compiledFiles()) rmSync(join(here, path), { force: true })
}

function compiledFiles() {
  return globSync('**/*.{js,d.ts}', { cwd: compiled })
}

/** The manifest with compiled files where the sources' manifest names sources. */
function published({ scripts, devDependencies, ...source }) {
  const js = (path) => path.replace(/\.ts$/, '.js')
  const entry = (path) =>
    path.endsWith('.ts') ? { types: path.replace(/\.ts$/, '.d.ts'), default: js(path) } : path
  const map = (paths, change) =>
    paths && Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, change(path)]))
  const exports = map(source.exports, entry)
  const bin = map(source.bin, js)
  const types = Object.values(exports ?? {}).flatMap((entry) => entry.types ?? [])
  return {
    ...source,
    ...(exports && { exports }),
    ...(bin && { bin }),
    files: [...source.files.map(js), '!**/*.ts', ...reachable(types)],
  }
}

/** Types that are wanted: those of what can be imported, and what they import. */
function reachable(entries) {
  const found = new Set()
  const visit = (path) => {
    if (found.has(path) || !existsSync(join(compiled, path))) return
    found.add(path)
    const text = readFileSync(join(compiled, path), 'utf8')
    for (const [, from] of text.matchAll(/(?:from |import\()["'](\.[^"']+)\.[jt]s["']/g))
      visit(join(dirname(path), `${from}.d.ts`))
  }
  for (const entry of entries) visit(join(entry))
  return [...found]
}
