import { expect, test } from 'vitest'
import { renderChapter, renderInline } from '../../../demos/home/markdown.ts'

test('markup in the text is text', () => {
  const { title, body } = renderChapter('# A <b>\n\n<script>x</script> & `<i>`\n')
  expect(title).toBe('A <b>')
  expect(String(body)).toBe('<p>&lt;script&gt;x&lt;/script&gt; &amp; <code>&lt;i&gt;</code></p>')
})

test('a requirement is a clause that can be linked by its id', () => {
  const source = '# T\n\n<a id="token.a.b"></a>**`token.a.b`** · core\nThe service MUST.\n'
  expect(String(renderChapter(source).body)).toBe(
    '<p class="clause"><a id="token.a.b"></a><strong><code>token.a.b</code></strong> · core<br>The service MUST.</p>',
  )
})

test('links between chapters lead to their pages, and others that are not served are text', () => {
  expect(String(renderInline('[a](sse.md#opening) [b](README.md) [c](../x/y.ts)'))).toBe(
    '<a href="/spec/sse#opening">a</a> <a href="/spec/">b</a> c',
  )
  expect(String(renderInline('[x](javascript:alert(1))'))).not.toContain('href')
  expect(String(renderInline('[x](https://a.example/"onclick="y)'))).not.toContain('"onclick')
})

test('headings have names, code stays as it is, tables and lists are such', () => {
  const source =
    '# T\n\n## Two words\n\n```http\nGET <x>\n\n# no heading\n```\n\n* a\n* b\n\n| h |\n|---|\n| `c` |\n'
  const body = String(renderChapter(source).body)
  expect(body).toContain('<h2 id="two-words">Two words</h2>')
  expect(body).toContain('GET &lt;x&gt;\n\n# no heading</code></pre>')
  expect(body).toContain('<ul><li>a</li><li>b</li></ul>')
  expect(body).toContain('<th scope="col">h</th>')
  expect(body).toContain('<td><code>c</code></td>')
})
