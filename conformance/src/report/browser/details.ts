/** Shows what is behind a requirement: each of its checks, of each target, with what was seen. */

import type { TimelineEvent } from '../../timeline/event.ts'
import { readGoldenSteps } from '../golden-sequence.ts'
import { type CheckData, eventsId, letterOf, type PageData } from '../page-form.ts'
import { MISSED, readSteps, type Step, withMissed } from '../sequence.ts'
import { drawDiagram } from './diagram.ts'
import { element } from './elements.ts'

const SEEN = 'What happened'

/** Fills the body of a requirement with these checks; what deviates is open at once. */
export function showChecks(body: Element, checks: readonly string[], data: PageData): void {
  const shown = checks.map((check) => showCheck(check, data))
  body.replaceChildren(
    ...(shown.length > 0 ? shown : [element('p', {}, 'No check judges it in this run.')]),
  )
}

function showCheck(check: string, data: PageData): HTMLElement {
  const own = data.checks[check] ?? []
  const isMatrix = data.targets.length > 1
  const isDeviating = own.some((one) => one && isDeviation(one))
  const details = element(
    'details',
    { class: 'check' },
    element(
      'summary',
      {},
      ...own.flatMap((one, index) =>
        one ? [badge(one.verdict, isMatrix ? letterOf(index) : '')] : [],
      ),
      ' ',
      element('code', {}, check),
      ' ',
      element(
        'span',
        { class: 'level' },
        own.flatMap((one) => (one ? [factsOf(one)] : [])).join(' / '),
      ),
    ),
  )
  const fill = (): void => {
    if (!details.open || details.childElementCount > 1) return
    for (const [index, one] of own.entries()) {
      if (one) details.append(showOutcome(check, one, index, data))
    }
  }
  details.addEventListener('toggle', fill)
  details.open = isDeviating
  fill()
  return details
}

function isDeviation({ verdict }: CheckData): boolean {
  return !['pass', 'unsupported', 'not-run'].includes(verdict)
}

function badge(verdict: string, letter: string): HTMLElement {
  return element('span', { class: `verdict tone-${verdict}` }, `${letter} ${verdict}`.trim())
}

function factsOf({ ms, clock, observed }: CheckData): string {
  return [
    ...(ms > 0 ? [ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`] : []),
    ...(clock ? [`${clock} clock`] : []),
    ...(observed === undefined ? [] : [`${observed} observations`]),
  ].join(', ')
}

function showOutcome(check: string, own: CheckData, index: number, data: PageData): HTMLElement {
  const target = data.targets[index]
  const facts = element('dl', { class: 'outcome' })
  const put = (name: string, value: string | undefined, tone = ''): void => {
    if (value === undefined) return
    facts.append(element('dt', {}, name), element('dd', { class: tone }, value))
  }
  put('expected', own.expected)
  put('got', own.got, `text-${own.verdict}`)
  put('because', own.reason)
  put('seen in', own.seenIn)
  put('control', own.control && describeControl(own.control))
  facts.append(
    element('dt', {}, 'again'),
    element('dd', {}, copyable(own.again ?? (target?.again ?? '').replace('{check}', check))),
  )
  const outcome = element('div', { class: 'outcome-of' })
  if (data.targets.length > 1 && target) {
    outcome.append(
      element(
        'p',
        { class: 'target-name' },
        badge(own.verdict, letterOf(index)),
        ' ',
        target.label,
      ),
    )
  }
  outcome.append(facts)
  if (own.hasEvents) outcome.append(showSeen(check, own, index, data))
  return outcome
}

function describeControl(control: string): string {
  return control === 'worked'
    ? 'the same without the defect worked'
    : `the same without the defect did not work: ${control}`
}

function copyable(command: string): HTMLElement {
  const code = element('code', {}, command)
  const button = element('button', { type: 'button', class: 'copy' }, 'Copy')
  button.addEventListener('click', () => {
    getSelection()?.selectAllChildren(code)
    const copied = navigator.clipboard?.writeText(command) ?? Promise.reject()
    copied.then(
      () => {
        button.textContent = 'Copied'
      },
      () => {
        button.textContent = 'Selected'
      },
    )
  })
  return element('span', { class: 'command' }, code, ' ', button)
}

function showSeen(check: string, own: CheckData, index: number, data: PageData): HTMLElement {
  const events = readJson<TimelineEvent[]>(eventsId(index, check)) ?? []
  const steps = readSteps(events, own.judged)
  const golden = own.verdict === 'pass' ? undefined : data.goldens[check]
  const seen = element('div', { class: 'seen' })
  const isMissed = own.expected !== undefined && own.offender === undefined && steps.length > 0
  const name = `Sequence diagram of ${steps.length} events of ${check}`
  seen.append(
    isMissed
      ? figure(SEEN, withMissed(steps, own.judged), { ...own, offender: 0 }, `${name}; ${MISSED}`)
      : figure(SEEN, steps, own, name + breaking(own.offender)),
  )
  if (golden) {
    const expected = readGoldenSteps(golden)
    const conforming = `Sequence diagram of what a conforming server did in ${check}`
    seen.append(
      figure('What a conforming server did', expected, { judged: own.judged }, conforming),
    )
  }
  const list = element(
    'ol',
    { class: 'events' },
    ...steps.map((step) => listed(step, own.offender)),
  )
  return element(
    'div',
    {},
    seen,
    element('details', { class: 'all' }, element('summary', {}, 'Every event in full'), list),
  )
}

function breaking(offender: number | undefined): string {
  return offender === undefined ? '' : `; event ${offender} breaks the requirement`
}

function figure(
  caption: string,
  steps: readonly Step[],
  { judged, offender }: Pick<CheckData, 'judged'> & { readonly offender?: number | undefined },
  name: string,
): HTMLElement {
  return element(
    'figure',
    {},
    element('figcaption', {}, caption),
    drawDiagram({ steps, offender, judged, name }),
  )
}

function listed(
  { n, as, afterMs, from, to, full }: Step,
  offender: number | undefined,
): HTMLElement {
  const isOffender = n !== undefined && n === offender
  const way = from === to ? from : `${from} → ${to}`
  return element(
    'li',
    { class: isOffender ? 'offender' : '', ...(n !== undefined && { value: `${n}` }) },
    element('b', {}, as),
    ` ${((afterMs ?? 0) / 1000).toFixed(3)} s, ${way}${isOffender ? ': this breaks the requirement' : ''}`,
    element('pre', { tabindex: '0' }, full),
  )
}

/** The data that stands in the page under an id. */
export function readJson<T>(id: string): T | undefined {
  const text = document.getElementById(id)?.textContent
  return text ? (JSON.parse(text) as T) : undefined
}
