/** Puts the requirements of one or several reports into the order of the specification: chapters, sections, rows. */

import type { Report } from './report.ts'

type Requirement = Report['requirements'][number]
type Verdict = Requirement['verdict']

/** A requirement with its verdict of each report; undefined where a report says nothing of it. */
export interface Row extends Omit<Requirement, 'verdict'> {
  readonly verdicts: readonly (Verdict | undefined)[]
}

/** The requirements under one heading. */
export interface Section {
  /** Empty above the first heading. */
  readonly name: string
  readonly rows: readonly Row[]
}

/** A chapter of the specification. */
export interface Chapter {
  readonly name: string
  readonly sections: readonly Section[]
}

/** All requirements that any of the reports is about; the order is that of the first report that has them. */
export function readChapters(reports: readonly Report[]): Chapter[] {
  const known = reports.map(
    ({ requirements }) => new Map(requirements.map((requirement) => [requirement.id, requirement])),
  )
  const ids = new Set(known.flatMap((own) => [...own.keys()]))
  const rows = [...ids].flatMap((id): Row[] => {
    const each = known.map((own) => own.get(id))
    const first = each.find((requirement) => requirement !== undefined)
    const checks = [...new Set(each.flatMap((requirement) => requirement?.checks ?? []))]
    return first ? [{ ...first, checks, verdicts: each.map((own) => own?.verdict) }] : []
  })
  return [...Map.groupBy(rows, ({ chapter }) => chapter)].map(([name, own]) => ({
    name,
    sections: [...Map.groupBy(own, ({ section }) => section)].map(([heading, inside]) => ({
      name: heading,
      rows: inside,
    })),
  }))
}
