import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { renderJunit } from '../../src/report/junit.ts'
import { ofEveryVerdict, reportOf, resultOf } from './made-run.ts'

const schema = readFileSync(new URL('junit.xsd', import.meta.url), 'utf8')

const sound = renderJunit(reportOf(ofEveryVerdict))
const hostileText = `"]]></failure><!-- & \u0000\u001b\ufffe\ud800 'x'`
const accepted = {
  'a run with every verdict': sound,
  'a run without a check': renderJunit(reportOf([])),
  'texts of a target that are markup, or no XML at all': renderJunit(
    reportOf([
      resultOf({ verdict: 'fail', expected: '<a>', got: hostileText, control: hostileText }),
    ]),
  ),
}
const broken = {
  'a failure without a message': [/ message="a welcome[^"]*"/, ''],
  'a count that is no number': ['failures="1"', 'failures="one"'],
  'a duration below nothing': ['time="0.250"', 'time="-0.250"'],
  'an outcome of another name': ['<skipped', '<ignored'],
  'two outcomes of one test': [/(<skipped [^>]*\/>)/, '$1$1'],
  'a test without its class': [/ classname="[^"]*"/, ''],
  'two tests of one name': ['name="token.a"', 'name="token.b"'],
  'a document that ends too soon': ['</testsuites>', ''],
} as const satisfies Record<string, readonly [what: string | RegExp, by: string]>

/** Names of the documents that the format has something against; all at once, because each start of the reader takes half a second. */
let refused: readonly (string | undefined)[]

beforeAll(async () => {
  const documents = [
    ...Object.entries(accepted),
    ...Object.entries(broken).map(([name, [what, by]]) => [name, sound.replace(what, by)] as const),
  ]
  const { errors } = await validateXML({
    xml: documents.map(([fileName, contents]) => ({ fileName, contents })),
    schema: { fileName: 'junit.xsd', contents: schema },
  })
  refused = errors.map(({ loc }) => loc?.fileName)
})

describe('the format that continuous integration reads', () => {
  test.for(Object.keys(accepted))('accepts %s', (name) => {
    expect(refused).not.toContain(name)
  })

  test.for(Object.keys(broken))('refuses %s', (name) => {
    expect(refused).toContain(name)
  })
})
