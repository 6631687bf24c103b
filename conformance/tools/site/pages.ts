/** All pages of the site and their order; typedoc adds the API reference. */

import { type Ledger, readLedger } from '../../src/ledger.ts'
import { badgeChapter, orderOfChapters, pageOfFile, titleOf } from './chapters.ts'
import { writeCheckIndex, writeCheckPage } from './check-pages.ts'
import { writeHome } from './home.ts'
import { writeOpenapiPage } from './openapi-page.ts'
import type { Page } from './page.ts'
import { type Proof, proofOf } from './proof.ts'
import { writeRegistryIndex, writeRegistryPage } from './registry-pages.ts'
import { writeSchemaIndex, writeSchemaPage } from './schema-pages.ts'
import { readExamples, readRegistryFiles, readSchemaFiles, readText, readUses } from './sources.ts'

/** File below `conformance/guides`, in the order of the tasks. */
const GUIDES = [
  'judge-my-server',
  'write-a-server',
  'bring-a-server',
  'read-a-report',
  'fuzz-my-server',
  'add-a-check',
]

/** Files of the repository that are pages as they stand: file, page, title where its own says too little. */
const PROJECT: readonly (readonly [string, string, string?])[] = [
  ['conformance/RESULTS.md', 'project/results.md'],
  ['conformance/README.md', 'project/versions.md', 'Versions and challenges'],
  ['conformance/examples/python/README.md', 'project/python.md', 'A service in Python'],
  ['conformance/examples/python/NOTES.md', 'project/python-notes.md', 'What was unclear'],
  ['conformance/src/client/README.md', 'project/bring-a-client.md'],
  ['schemas/vectors/README.md', 'project/vectors.md'],
  ['reference-server/demos/sse/README.md', 'project/event-streams.md'],
  ['reference-server/guides/operate.md', 'project/operate.md'],
  ['.github/CONTRIBUTING.md', 'project/contributing.md'],
  ['.github/SECURITY.md', 'project/security.md', 'Security policy'],
]

/** Every page, the first one included. */
export function makePages(): readonly Page[] {
  const ledger = readLedger()
  const proofs = new Map(
    ledger.requirements.map((requirement) => [requirement.id, proofOf(requirement)]),
  )
  return [
    writeHome(ledger.requirements, proofs),
    ...makeGuides(),
    ...makeSpecification(ledger, proofs),
    ...makeChecks(ledger, proofs),
    ...makeSchemas(),
    ...makeRegistry(ledger),
    ...makeProject(),
  ]
}

function makeGuides(): readonly Page[] {
  const pages = GUIDES.map((name) => {
    const origin = `conformance/guides/${name}.md`
    return pageOfFile(origin, `guides/${name}.md`, readText(origin))
  })
  const index: Page = {
    path: 'guides.md',
    title: 'Guides',
    children: pages.map(({ path }) => path),
    text: `# Guides\n\nEach begins with a task and ends when it is done.\n\n${pages.map(({ title, path }) => `- [${title}](${path})`).join('\n')}`,
  }
  return [index, ...pages]
}

function makeSpecification(ledger: Ledger, proofs: ReadonlyMap<string, Proof>): readonly Page[] {
  const contents = readText('spec/README.md')
  const chapters = orderOfChapters(contents)
  const index = {
    ...pageOfFile('spec/README.md', 'spec/README.md', contents, 'Specification'),
    children: chapters,
  }
  return [
    index,
    ...chapters.map((path) => {
      const markdown = readText(path)
      const chapter = path.replace(/^spec\/|\.md$/g, '')
      const page = pageOfFile(path, path, markdown)
      return { ...page, text: badgeChapter(chapter, markdown, ledger, proofs) }
    }),
  ]
}

function makeChecks(ledger: Ledger, proofs: ReadonlyMap<string, Proof>): readonly Page[] {
  const names = orderOfChapters(readText('spec/README.md'))
    .map((path) => path.replace(/^spec\/|\.md$/g, ''))
    .filter((name) => ledger.requirements.some(({ chapter }) => chapter === name))
  const chapters = names.map((name) => ({ name, title: titleOf(readText(`spec/${name}.md`)) }))
  return [
    writeCheckIndex(chapters, ledger.requirements, proofs),
    ...chapters.map(({ name, title }) =>
      writeCheckPage(
        name,
        title,
        ledger.requirements.filter(({ chapter }) => chapter === name),
        proofs,
      ),
    ),
  ]
}

function makeSchemas(): readonly Page[] {
  const files = readSchemaFiles()
  const examples = readExamples()
  const uses = readUses(readRegistryFiles())
  return [
    writeSchemaIndex(files),
    ...files.map((file) => writeSchemaPage(file, files, examples, uses)),
  ]
}

function makeRegistry(ledger: Ledger): readonly Page[] {
  const files = readRegistryFiles()
  const home = new Map(
    readSchemaFiles().flatMap(({ noun, types }) =>
      Object.keys(types).map((type) => [type, noun] as const),
    ),
  )
  const linkTo = (type: string): string =>
    home.has(type) ? `[${type}](../schemas/${home.get(type)}.md#${type.toLowerCase()})` : type
  return [
    writeRegistryIndex(files),
    ...files.map((file) => writeRegistryPage(file, ledger.requirements)),
    writeOpenapiPage(readText('schemas/openapi.json'), linkTo),
  ]
}

function makeProject(): readonly Page[] {
  const pages = PROJECT.map(([origin, path, title]) =>
    pageOfFile(origin, path, readText(origin), title),
  )
  const readme = pageOfFile('README.md', 'project.md', readText('README.md'), 'Project')
  return [{ ...readme, children: pages.map(({ path }) => path) }, ...pages]
}
