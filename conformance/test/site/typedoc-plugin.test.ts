import { expect, test } from 'vitest'
import { mendPage } from '../../tools/site/typedoc-plugin.ts'

test('an icon of a page is one in the page, however deep the page lies', () => {
  const icon = (place: string): string => `<svg><use href="${place}#icon-search"></use></svg>`
  for (const place of ['assets/icons.svg', '../assets/icons.svg'])
    expect(mendPage(icon(place))).toBe(icon(''))
})

test('a table is in a group that a keyboard can scroll', () => {
  expect(mendPage('<table></table>')).toBe(
    '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table></table></div>',
  )
})
