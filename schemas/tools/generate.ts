/** The one generator: writes every generated file of the repository, or with `--check` proves them current. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openapiOutputs } from './openapi-source.ts'
import type { Output, Producer } from './output.ts'
import { registryOutputs } from './registry-source.ts'
import { specOutputs } from './spec/outputs.ts'
import { typesOutputs } from './types-source.ts'

const producers: readonly Producer[] = [registryOutputs, typesOutputs, openapiOutputs, specOutputs]

function fileOf(output: Output): string {
  return fileURLToPath(new URL(`../../${output.path}`, import.meta.url))
}

async function readExisting(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const outputs = (await Promise.all(producers.map((produce) => produce()))).flat()
const stale: Output[] = []
for (const output of outputs) {
  if ((await readExisting(fileOf(output))) !== output.text) stale.push(output)
}

if (process.argv.includes('--check')) {
  for (const { path } of stale) {
    console.error(`${path} is not what its sources give; run "npm run generate" and commit it.`)
  }
  if (stale.length > 0) process.exitCode = 1
} else {
  for (const output of stale) {
    await mkdir(dirname(fileOf(output)), { recursive: true })
    await writeFile(fileOf(output), output.text)
    console.log(`wrote ${output.path}`)
  }
}
