import { expect, test } from 'vitest'
import type { Fault } from '../src/parts.ts'
import { PLANTED, playWithSecrets, type Written } from './planted-secrets.ts'

/** Every secret that stands in a text, so that a failure says which. */
function found(text: string, made: readonly string[]): string[] {
  return [...Object.values(PLANTED), ...made].filter(
    (secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)),
  )
}

function expectNoSecret({ made, ...written }: Written): void {
  for (const [where, text] of Object.entries(written))
    expect([where, ...found(text, made)]).toEqual([where])
}

test('no key, secret, token, ticket, cursor or data stands in a log, a metric, a refusal or the start lines', async () => {
  const written = await playWithSecrets()
  expect(written.made.every((secret) => secret.length >= 10)).toBe(true)
  for (const said of ['a webhook was not answered', 'redirects and is not followed', 'draining'])
    expect(written.log).toContain(said)
  expect(written.metrics).toContain('channel_requests_answered_total{label="401"}')
  expectNoSecret(written)
})

test('nor where a defect is thrown that quotes all that it has', async () => {
  const blurtOut = (...said: unknown[]): never => {
    const text = JSON.stringify(said)
    throw Object.assign(new TypeError(`cannot take this. Received ${text}`, { cause: text }), {
      said,
    })
  }
  const fault: Fault = {
    name: 'throws-what-it-hears',
    misdeed: 'Some rules throw all that they are given.',
    breaks: [],
    apply: ({ rules }) => {
      const { readTtl, decideStopped, decideDataSize } = rules
      rules.readTtl = (value, ...more) =>
        value === undefined ? readTtl(value, ...more) : blurtOut(value)
      rules.decideDataSize = (data, ...more) =>
        data === PLANTED.data ? blurtOut(data, more) : decideDataSize(data, ...more)
      rules.decideStopped = (id, tokens, arrival) =>
        tokens[0]?.endsWith('x') ? blurtOut(tokens, arrival) : decideStopped(id, tokens, arrival)
    },
  }
  const written = await playWithSecrets([fault])
  expect(written.log).toContain('a request met a defect')
  expect(written.log).toContain('cannot take this')
  expect(written.refusals).toContain('internal-error')
  expectNoSecret(written)
})
