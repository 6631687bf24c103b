/** The panel in which a service is broken: it alone knows how a fault is chosen and a verdict is read. */
import type { BenchState } from '../bench-state.ts'

interface ListedFault {
  name: string
  misdeed: string
  chapter: string
}

/** The panel, where the page has one. */
export interface BenchPanel {
  show(state: BenchState): void
}

function find<E extends HTMLElement>(id: string): E | undefined {
  return (document.getElementById(id) as E | null) ?? undefined
}

function make(name: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const element = document.createElement(name)
  element.className = className
  element.append(...children)
  return element
}

/** Text in which what stands between backquotes is code. */
function markCode(text: string): (Node | string)[] {
  return text.split('`').map((part, n) => (n % 2 === 1 ? make('code', '', part) : part))
}

function makeBadge(kind: 'ok' | 'bad' | 'busy', text: string): HTMLElement {
  const badge = make('span', 'badge', text)
  badge.dataset.kind = kind
  return badge
}

function makeOption(value: string, text: string): HTMLOptionElement {
  const option = document.createElement('option')
  option.value = value
  option.textContent = text
  return option
}

function describe(state: BenchState): readonly Node[] {
  if (state.phase === 'idle') return []
  const what = state.isHealthy ? `without ${state.fault}` : `with ${state.fault}`
  if (state.phase === 'running')
    return [
      make('p', 'row', makeBadge('busy', 'being judged'), `A service ${what}: ${state.step}.`),
    ]
  if (state.phase === 'failed')
    return [make('p', 'row', makeBadge('busy', 'no verdict'), `A service ${what}: ${state.why}.`)]
  const isWell = state.verdict === 'conformant'
  const head = make(
    'p',
    'row',
    makeBadge(isWell ? 'ok' : 'bad', state.verdict),
    `A service ${what}, by ${state.checks} checks in ${state.seconds} s.`,
  )
  const clauses = state.broken.map(
    ({ check, requirement, level, chapter, text, expected, got }) => {
      const link = document.createElement('a')
      link.href = `/spec/${chapter}#${requirement}`
      link.append(make('code', '', requirement))
      return make(
        'li',
        'broken',
        make('p', '', link, ` ${level}`),
        make('blockquote', '', ...markCode(text)),
        make('p', '', make('strong', '', 'Expected: '), expected),
        make('p', '', make('strong', '', 'Got: '), got),
        make('p', 'muted', 'Check ', make('code', '', check)),
      )
    },
  )
  return clauses.length === 0 ? [head] : [head, make('ul', 'stack', ...clauses)]
}

/** Joins the panel to the page; nothing where the demo was started without it. */
export function joinBench(): BenchPanel | undefined {
  const form = find<HTMLFormElement>('bench-form')
  const chapters = find<HTMLSelectElement>('bench-chapter')
  const choice = find<HTMLSelectElement>('bench-fault')
  const verdict = find('bench-verdict')
  const error = find('bench-error')
  if (!(form && chapters && choice && verdict && error)) return undefined
  let faults: readonly ListedFault[] = []

  function list(): void {
    const own = faults.filter(({ chapter }) => chapter === chapters?.value)
    choice?.replaceChildren(...own.map(({ name, misdeed }) => makeOption(name, misdeed)))
  }

  async function load(): Promise<void> {
    const answer = await fetch('/live/faults')
    faults = ((await answer.json()) as { faults: ListedFault[] }).faults
    const names = [...new Set(faults.map(({ chapter }) => chapter))]
    chapters?.replaceChildren(...names.map((name) => makeOption(name, name)))
    list()
  }

  async function judge(healthy: string): Promise<void> {
    if (error) error.textContent = ''
    const body = new URLSearchParams({ fault: choice?.value ?? '', healthy })
    const answer = await fetch('/live/break', { method: 'POST', body })
    if (answer.ok) return
    const problem = (await answer.json()) as { detail?: string }
    throw new Error(problem.detail ?? `status ${answer.status}`)
  }

  function tell(cause: unknown): void {
    if (error) error.textContent = `That did not work: ${(cause as Error).message}`
  }

  chapters.addEventListener('change', list)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const button = event.submitter as HTMLButtonElement | null
    judge(button?.value ?? 'no').catch(tell)
  })
  load().catch(tell)
  return {
    show(state) {
      verdict.replaceChildren(...describe(state))
      for (const button of form.querySelectorAll('button'))
        button.disabled = state.phase === 'running'
    },
  }
}
