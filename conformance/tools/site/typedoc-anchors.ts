/** A plugin of typedoc, which knows anchors of headings alone: leaves all anchors to `check-links.ts`, which reads the built pages. */

import type { Application } from 'typedoc'

/** Called by typedoc. */
export function load(app: Application): void {
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
}
