import { expect, test } from 'vitest'
import { EVERY_CHECK } from '../../src/checks/every.ts'
import { type Ledger, type Requirement, readLedger } from '../../src/ledger.ts'
import { badgeChapter } from '../../tools/site/chapters.ts'
import { turnLinks } from '../../tools/site/links.ts'
import { code, prose } from '../../tools/site/page.ts'
import { makePages } from '../../tools/site/pages.ts'
import { badgeWords, type Proof, proofOf } from '../../tools/site/proof.ts'
import { REPOSITORY } from '../../tools/site/sources.ts'

const ledger = readLedger()
const requirement = ledger.find('token.expiry.close')
const places = { repository: REPOSITORY, sources: '/sources' }

test('a requirement with checks whose faults are known is proven', () => {
  const proof = proofOf(requirement)
  expect(proof.state).toBe('proven')
  expect(badgeWords(requirement, proof)).toMatch(/^\d+ checks? · \d+ faults? · proven$/)
})

test('a requirement without a check is not proven, and says whether it could be judged', () => {
  const none = proofOf(requirement, [])
  expect(badgeWords(requirement, none)).toBe('no check yet')
  const inside: Requirement = { ...requirement, class: 'internal' }
  expect(badgeWords(inside, proofOf(inside, []))).toBe('not judged (internal)')
})

test('a check that names a fault of which nothing is known proves nothing: it stops the build', () => {
  expect(() => proofOf(requirement, EVERY_CHECK, () => false)).toThrow(
    /token\.expiry\.close.*misdeeds/,
  )
})

test('a requirement keeps its anchor, its sentences and gets its badge', () => {
  const written = badgeChapter(
    'token',
    '<a id="token.expiry.close"></a>**`token.expiry.close`** · core · time\nThe service MUST close.\nSoon.\n\nAfter it.\n',
    ledger,
    new Map<string, Proof>([[requirement.id, proofOf(requirement)]]),
  )
  expect(written).toContain(
    '<a id="token.expiry.close"></a>**`token.expiry.close`** · core · time <a class="badge proven"',
  )
  expect(written).toContain('\nThe service MUST close.\nSoon.\n\n</div>\n')
  expect(written).toContain('After it.')
})

test('an anchor that the ledger does not know stops the build', () => {
  const unknown: Ledger = { ...ledger, find: () => ledger.find('token.gone.gone') }
  const text = '<a id="token.gone.gone"></a>**`x`** · core\nText.\n'
  expect(() => badgeChapter('token', text, unknown, new Map())).toThrow('token.gone.gone')
})

test('a link leads to the page of a file, or to the file where there is no page', () => {
  const page = { path: 'guides/a.md', origin: 'conformance/guides/a.md', title: 'A' }
  const token = { path: 'spec/token.md', origin: 'spec/token.md', title: 'Token', text: '' }
  const turn = (text: string): string => turnLinks({ ...page, text }, [token], places)
  expect(turn('[t](../../spec/token.md#x.y)')).toBe('[t](../spec/token.md#x.y)')
  expect(turn('[l](../../LICENSE)')).toMatch(/\]\(\.\.\/.*\/LICENSE\)$/)
  expect(turn('[h](https://example.org) [a](#here)')).toBe('[h](https://example.org) [a](#here)')
  expect(turn('`[t](gone.md)`\n```\n[t](gone.md)\n```')).toContain('[t](gone.md)')
  expect(() => turn('[g](gone.md)')).toThrow('conformance/guides/a.md links to gone.md')
})

test('a text cannot become markup, on a page or in a cell', () => {
  expect(prose('a <b> | {@link x} `c <d>`')).toBe(
    'a &#60;b&#62; &#124; &#123;&#64;link x&#125; `c <d>`',
  )
  expect(code('<script>`|')).toBe('<code>&#60;script&#62;&#96;&#124;</code>')
})

test('every page of the site stands at a place of its own, below one that names it', () => {
  const pages = makePages()
  const paths = pages.map(({ path }) => path)
  expect(new Set(paths).size).toBe(paths.length)
  const named = new Set(pages.flatMap(({ children = [] }) => children))
  const tops = paths.filter((path) => !named.has(path))
  expect(tops).toEqual([
    'home.md',
    'guides.md',
    'spec/README.md',
    'checks.md',
    'schemas.md',
    'registry.md',
    'project.md',
  ])
  expect([...named].filter((path) => !paths.includes(path))).toEqual([])
})
