/** Hides what the person does not ask for, and says how much is left. */

/** Starts the filters of the page over all requirements. */
export function startFilters(form: HTMLFormElement): void {
  const rows = [...document.querySelectorAll<HTMLElement>('.requirement')]
  const texts = new Map(
    rows.map((row) => [
      row,
      `${row.querySelector('summary')?.textContent ?? ''} ${row.dataset.checks}`.toLowerCase(),
    ]),
  )
  const output = form.querySelector('output')
  const apply = (): void => {
    const isWanted = readWishes(form)
    let shown = 0
    for (const row of rows) {
      row.hidden = !isWanted(row, texts.get(row) ?? '')
      if (!row.hidden) shown += 1
    }
    for (const section of document.querySelectorAll<HTMLElement>('.section, .chapter'))
      section.hidden = !section.querySelector('.requirement:not([hidden])')
    if (output) output.textContent = `${shown} of ${rows.length} requirements`
  }
  const narrow = (): void => {
    apply()
    if (rows.every(({ hidden }) => !hidden)) return
    for (const chapter of document.querySelectorAll<HTMLDetailsElement>('.chapter:not([hidden])'))
      chapter.open = true
  }
  form.addEventListener('input', narrow)
  form.addEventListener('submit', (event) => event.preventDefault())
  // The controls have their first values only after this event.
  form.addEventListener('reset', () => queueMicrotask(apply))
  form.hidden = false
  apply()
}

function readWishes(form: HTMLFormElement): (row: HTMLElement, text: string) => boolean {
  const wishes = new FormData(form)
  const words = String(wishes.get('text')).toLowerCase().split(/\s+/)
  const profile = String(wishes.get('profile'))
  const verdicts = wishes.getAll('verdict').map(String)
  const levels = wishes.getAll('level').map(String)
  const isDiffering = wishes.has('differing')
  return ({ dataset }, text) =>
    words.every((word) => text.includes(word)) &&
    (profile === '' || dataset.profile === profile) &&
    levels.includes(dataset.level ?? '') &&
    (dataset.verdicts ?? '').split(' ').some((verdict) => verdicts.includes(verdict)) &&
    (!isDiffering || 'differs' in dataset)
}
