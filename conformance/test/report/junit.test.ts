import { describe, expect, test } from 'vitest'
import { renderJunit } from '../../src/report/junit.ts'
import { ledger, ofEveryVerdict, reportOf, resultOf } from './made-run.ts'
import { type Element, readXml } from './xml.ts'

const suites = readXml(renderJunit(reportOf(ofEveryVerdict)))
const caseOf = (check: string): Element => {
  const found = suites.children
    .flatMap(({ children }) => children)
    .find(({ attributes }) => attributes.name === check)
  if (!found) throw new Error(`no test case ${check}`)
  return found
}
const outcomeOf = (check: string): Element | undefined => caseOf(check).children[0]
const outcomeWith = (got: string): Element | undefined =>
  readXml(
    renderJunit(reportOf([resultOf({ verdict: 'fail', expected: 'b', got })])),
  ).children[0]?.children.find(({ name }) => name === 'testcase')?.children[0]
const clause = (id: string): string => {
  const { level, text } = ledger.find(id)
  return `(${level}: ${text})`
}
const ofToken = clause('token.expired.refused')

describe('renderJunit', () => {
  test('the whole and each chapter are counted', () => {
    expect(suites.name).toBe('testsuites')
    expect(suites.attributes).toEqual({
      name: 'channel-conformance',
      tests: '7',
      failures: '1',
      errors: '2',
      skipped: '2',
      time: '1.500',
    })
    expect(
      suites.children.map(({ name, attributes }) => ({ element: name, ...attributes })),
    ).toEqual([
      {
        element: 'testsuite',
        name: 'token',
        tests: '4',
        failures: '1',
        errors: '1',
        skipped: '0',
        time: '1.000',
        timestamp: '1970-01-01T00:00:00Z',
      },
      {
        element: 'testsuite',
        name: 'message',
        tests: '3',
        failures: '0',
        errors: '1',
        skipped: '2',
        time: '0.250',
        timestamp: '1970-01-01T00:00:00Z',
      },
    ])
  })

  test('the counts are those of the elements', () => {
    for (const { attributes, children } of suites.children) {
      const count = (name: string): string =>
        String(children.filter((one) => one.children[0]?.name === name).length)
      expect(attributes).toMatchObject({
        tests: String(children.filter(({ name }) => name === 'testcase').length),
        failures: count('failure'),
        errors: count('error'),
        skipped: count('skipped'),
      })
    }
  })

  test('each chapter says what was judged, how, and with which verdict', () => {
    const [properties] = suites.children[0]?.children ?? []
    expect(properties?.children.map(({ attributes }) => attributes)).toEqual([
      { name: 'target', value: 'http://127.0.0.1:1' },
      { name: 'implementation', value: 'example' },
      { name: 'suite', value: 'channel-conformance 1.0.0' },
      { name: 'revision', value: '1.0' },
      { name: 'seed', value: '7' },
      { name: 'verdict', value: 'no verdict: the suite itself has a defect' },
    ])
  })

  test('a pass is an empty test case of its requirement', () => {
    expect(caseOf('token.a')).toEqual({
      name: 'testcase',
      attributes: { classname: 'token.expired.refused', name: 'token.a', time: '0.250' },
      children: [],
      text: '',
    })
  })

  test('a fail is a failure that says everything needed to mend it', () => {
    const outcome = outcomeOf('token.expired.refused.check')
    expect(outcome).toMatchObject({
      name: 'failure',
      attributes: { type: 'fail', message: `a welcome envelope ${ofToken}` },
    })
    expect(outcome?.text.split('\n')).toEqual([
      `clause: MUST: ${ledger.find('token.expired.refused').text}`,
      'expected: a close with 4300 token-expired',
      'got: a welcome envelope',
      'control: worked',
      'again: channel-conformance run token.expired.refused.check --seed 7',
    ])
  })

  test.for([
    ['token.b', 'error', `nothing was observed ${ofToken}`],
    ['message.a', 'skipped', 'needs key: give --application-key'],
    ['message.b', 'skipped', 'profile presence is not announced'],
    [
      'message.c',
      'error',
      `a judge threw: TypeError: oops\n    at judge (a.ts:1) ${clause('message.order.kept')}`,
    ],
  ] as const)('%s, which has no verdict, is %s with its reason', ([check, name, message]) => {
    expect(outcomeOf(check)).toMatchObject({ name, attributes: { message } })
  })

  test('a warning does not fail and says what was not met', () => {
    expect(outcomeOf('token.c')?.name).toBe('system-out')
    expect(outcomeOf('token.c')?.text).toMatch(
      /^warning\nclause: SHOULD: [\s\S]*got: one after 2 s/,
    )
  })

  test('markup and line ends arrive as they were', () => {
    const got = `<b a="1" c='2'>&amp;</b>]]>\t\r\n🦊`
    const outcome = outcomeWith(got)
    expect(outcome?.text).toContain(`got: ${got}\n`)
    expect(outcome?.attributes.message).toBe(`${got} ${ofToken}`)
  })

  test('what XML forbids is replaced', () => {
    expect(outcomeWith('a\u0000\u001b[2J\ufffe\ud800z')?.attributes.message).toBe(
      `a\ufffd\ufffd[2J\ufffd\ufffdz ${ofToken}`,
    )
  })

  test('a run without a check is a document too', () => {
    expect(readXml(renderJunit(reportOf([]))).children).toEqual([])
  })
})

describe('readXml, by which these tests read', () => {
  test.for([
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a b="<"/>',
    '<a>&</a>',
    '<a>&#0;</a>',
    '<a b="1" b="2"/>',
    'text',
  ])('%s is refused', (document) => {
    expect(() => readXml(`<?xml version="1.0" encoding="UTF-8"?>\n${document}`)).toThrow()
  })
})
