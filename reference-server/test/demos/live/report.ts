/** A small report of the suite for tests: one check of one requirement. */
export function makeReport({
  exitCode,
  verdict,
}: {
  exitCode: number
  verdict: 'pass' | 'fail' | 'inconclusive'
}): object {
  const none = { pass: 0, fail: 0, warn: 0, unsupported: 0, inconclusive: 0, 'not-run': 0 }
  return {
    report: '1.0',
    suite: { name: 'channel-conformance', version: '1.0.0', revision: '1.0' },
    target: {
      name: 'a service',
      url: 'http://127.0.0.1:9',
      profiles: ['core'],
      test_timings: true,
    },
    run: { seed: 1, started_at: '2027-01-15T08:00:00.000Z', seconds: 1.23 },
    verdict: {
      exit_code: exitCode,
      words: 'words',
      musts_judged: 1,
      musts_total: 1,
      not_judged: [],
      checks: { ...none, defect: 0, [verdict]: 1 },
    },
    requirements: [
      {
        id: 'token.expired.refused',
        level: 'MUST',
        profile: 'core',
        chapter: 'token',
        section: 'Expiry',
        text: 'The service MUST refuse it.',
        verdict,
        checks: ['token.expired.closed'],
      },
    ],
    results: [
      {
        check: 'token.expired.closed',
        requirement: 'token.expired.refused',
        verdict,
        expected: 'no welcome',
        got: 'a welcome envelope',
        level: 'MUST',
        clause: 'The service MUST refuse it.',
        duration_ms: 12,
        reproduce: 'again',
      },
    ],
  }
}
