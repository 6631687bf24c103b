import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type FollowedLinks, followLinks } from '../../tools/site/html-links.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function follow(files: Readonly<Record<string, string>>): FollowedLinks {
  const folder = mkdtempSync(join(tmpdir(), 'links-'))
  folders.push(folder)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return followLinks(folder)
}

test('links to pages, anchors, icons and files that are there are followed', () => {
  const found = follow({
    'index.html': '<a id="top"></a><a href="#top"></a><a href="pages/a.html#b.c">a</a>',
    'pages/a.html': '<a id="b.c"></a><use href="../icons.svg#i"></use><img src="../d%20e.png">',
    'icons.svg': '<svg id="i"></svg>',
    'd e.png': '',
  })
  expect(found).toEqual({ pages: 2, links: 4, broken: [] })
})

test('an icon that a script of the page adds to it is there, and one that it does not add is not', () => {
  const script = 'svg.innerHTML = `<symbol viewBox="0 0 24 24" id="icon-menu"></symbol>`'
  const { links, broken } = follow({
    'a/page.html':
      '<script defer src="../icons.js"></script><use href="#icon-menu"></use><use href="#gone"></use>',
    'icons.js': script,
  })
  expect(links).toBe(3)
  expect(broken.map(({ link }) => link)).toEqual(['#gone'])
})

test('a link to another host is not followed', () => {
  expect(follow({ 'index.html': '<a href="https://example.org/gone">x</a>' }).links).toBe(0)
})

test.each([
  ['gone.html', 'there is no file gone.html'],
  ['#gone', 'index.html has no anchor gone'],
  ['other.html#gone', 'other.html has no anchor gone'],
  ['/other.html', 'not relative, so it holds at one address only'],
  ['file:///other.html', 'not relative, so it holds at one address only'],
])('a link to %s is broken', (link, why) => {
  const { broken } = follow({
    'index.html': `<a href="${link}">x</a>`,
    'other.html': '<p id="here"></p>',
  })
  expect(broken).toEqual([{ page: 'index.html', link, why }])
})

test('what only looks like a link, in text or in a script, is none', () => {
  const html = '<pre>&lt;a href="gone.html"&gt;</pre><script>"<a href=\\"gone\\">"</script>'
  expect(follow({ 'index.html': html }).links).toBe(0)
})
