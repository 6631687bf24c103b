/** The script of the HTML report: fills requirements when they are opened, follows addresses, starts the filters. */

import type { PageData } from '../page-form.ts'
import { readJson, showChecks } from './details.ts'
import { startFilters } from './filters.ts'

const data = readJson<PageData>('data')

function fill(requirement: HTMLDetailsElement): void {
  const body = requirement.querySelector('.checks')
  if (!body || !data || !requirement.open || body.childElementCount > 0) return
  const checks = (requirement.dataset.checks ?? '').split(' ').filter((check) => check !== '')
  showChecks(body, checks, data)
}

/** Opens the requirement that the address names. */
function follow(): void {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (!(named instanceof HTMLDetailsElement)) return
  const chapter = named.closest<HTMLDetailsElement>('.chapter')
  if (named.hidden) document.querySelector('form')?.reset()
  if (chapter) chapter.open = true
  named.open = true
  fill(named)
  named.querySelector('summary')?.focus({ preventScroll: true })
  named.scrollIntoView()
}

// The event does not bubble.
document.addEventListener(
  'toggle',
  ({ target }) => {
    if (target instanceof HTMLDetailsElement && target.matches('.requirement')) fill(target)
  },
  true,
)
const form = document.querySelector('form')
if (form) startFilters(form)
addEventListener('hashchange', follow)
follow()
