/** A plugin of typedoc: what its theme leaves out for a keyboard and a screen reader, and whose business anchors are. */

import type { Application, PageEvent } from 'typedoc'

/** Called by typedoc. */
export function load(app: Application): void {
  // Typedoc knows the anchors of headings alone: check-links.ts reads all of them from the built pages.
  app.renderer.on('beginRender', () => {
    const { router } = app.renderer
    if (!router) return
    const getSlugger = router.getSlugger.bind(router)
    router.getSlugger = (target) => {
      const slugger = getSlugger(target)
      slugger.hasAnchor = () => true
      return slugger
    }
  })
  app.renderer.on('endPage', (page: PageEvent) => {
    if (page.contents !== undefined) page.contents = mendPage(page.contents)
  })
}

/**
 * A page whose main part is named as such, whose wide tables can be scrolled by keyboard, and whose icons are those that
 * its script adds to it: in a page from the file system a browser refuses those of another file, and complains of each.
 */
export function mendPage(html: string): string {
  return html
    .replace('<div class="col-content">', '<div class="col-content" role="main">')
    .replace(
      '<div class="page-menu">',
      '<div class="page-menu" role="navigation" aria-label="On this page">',
    )
    .replaceAll(
      '<table>',
      '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table>',
    )
    .replaceAll('</table>', '</table></div>')
    .replaceAll(/<use href="[^"#]*\/icons\.svg#/g, '<use href="#')
}
