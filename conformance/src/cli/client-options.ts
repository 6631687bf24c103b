/** Reads which client is to be judged, and how. */

import { CLIENT_CHECKS } from '../client/checks/index.ts'
import { isSelected, suggestPatterns } from '../plan.ts'
import type { ReportOptions } from './conclude.ts'
import { readReportFile } from './report-file.ts'
import { UsageError } from './usage-error.ts'

/** What `client` was asked to do. */
export interface ClientOptions extends ReportOptions {
  /** The program and its arguments, or the page; neither where the project's own client is meant. */
  readonly exec?: readonly string[]
  readonly page?: string
  readonly patterns: readonly string[]
  readonly isStrict: boolean
  readonly isQuiet: boolean
  readonly isSelfTest: boolean
  /** Wrong clients of the self-test; empty for all. */
  readonly faults: readonly string[]
  /** Whether the self-test makes only the checks that are aimed at each wrong client. */
  readonly isAimed: boolean
}

/** The options as the command line gives them. */
interface Flags {
  readonly exec?: boolean
  readonly page?: string
  readonly only?: string[]
  readonly strict?: boolean
  readonly json?: boolean
  readonly report?: string
  readonly junit?: string
  readonly markdown?: string
  readonly html?: string
  readonly quiet?: boolean
  readonly selfTest?: boolean
  readonly fault?: string[]
  readonly aimed?: boolean
}

/** Reads operands and flags; throws {@link UsageError} with what to do. */
export function readClientOptions(operands: readonly string[], given: object): ClientOptions {
  const flags = given as Flags
  if (flags.exec && operands.length === 0)
    throw new UsageError(
      '--exec judges a program: give it after --, as in client --exec -- node adapter.js',
    )
  if (!flags.exec && operands.length > 0)
    throw new UsageError(
      `give a program as client --exec -- ${operands.join(' ')}, patterns as --only`,
    )
  if (flags.exec && flags.page !== undefined)
    throw new UsageError('give --exec or --page, not both')
  if (flags.fault && !flags.selfTest) throw new UsageError('--fault goes with --self-test')
  return {
    ...(flags.exec && { exec: operands }),
    ...(flags.page !== undefined && { page: flags.page }),
    patterns: readPatterns(flags.only ?? []),
    isStrict: flags.strict === true,
    isQuiet: flags.quiet === true,
    isJson: flags.json === true,
    ...(flags.report !== undefined && { reportFile: readReportFile('--report', flags.report) }),
    ...(flags.junit !== undefined && { junitFile: readReportFile('--junit', flags.junit) }),
    ...(flags.markdown !== undefined && {
      markdownFile: readReportFile('--markdown', flags.markdown),
    }),
    ...(flags.html !== undefined && { htmlFile: readReportFile('--html', flags.html) }),
    isSelfTest: flags.selfTest === true,
    faults: flags.fault ?? [],
    isAimed: flags.aimed === true,
  }
}

function readPatterns(patterns: readonly string[]): readonly string[] {
  for (const pattern of patterns) {
    if (CLIENT_CHECKS.some((check) => isSelected(check, [pattern]))) continue
    const ids = [...new Set(CLIENT_CHECKS.flatMap(({ id, proves }) => [id, proves]))]
    throw new UsageError(
      `no check or requirement of clients matches ${pattern}; did you mean ${suggestPatterns(pattern, ids).join(', ')}?`,
    )
  }
  return patterns
}
