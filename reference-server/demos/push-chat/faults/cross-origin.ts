/** Faults of how pages of other origins are answered. */
import type { ChatFault } from '../parts.ts'
import { Refusal } from '../refusal.ts'

/** Each breaks what the section on pages of other origins promises. */
export const crossOriginFaults: readonly ChatFault[] = [
  {
    name: 'closes-refusals-to-pages',
    misdeed: 'Pages of other origins cannot read why something was refused.',
    breaks: ['application.cors.open'],
    apply: ({ rules }) => {
      const make = rules.makeCrossOriginHeaders
      rules.makeCrossOriginHeaders = (status, origin) => (status >= 400 ? {} : make(status, origin))
    },
  },
  {
    name: 'repeats-origin-with-credentials',
    misdeed: 'Any page may read answers that the cookies of its user brought about.',
    breaks: ['application.cors.open'],
    apply: ({ rules }) => {
      const make = rules.makeCrossOriginHeaders
      rules.makeCrossOriginHeaders = (status, origin) =>
        // Preflights, which have no content, stay as they are.
        status === 204 || origin === undefined
          ? make(status, origin)
          : { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
    },
  },
  {
    name: 'answers-options-with-405',
    misdeed: 'A preflight is refused.',
    breaks: ['application.cors.preflight'],
    apply: ({ rules }) => {
      rules.makePreflightHeaders = (methods) => {
        throw new Refusal('method-not-allowed', 'no preflight', { allow: methods })
      }
    },
  },
  {
    name: 'allows-no-other-headers',
    misdeed: 'A preflight allows Content-Type, whatever it asks for.',
    breaks: ['application.cors.preflight'],
    apply: ({ rules }) => {
      const make = rules.makePreflightHeaders
      rules.makePreflightHeaders = (methods) => make(methods, undefined)
    },
  },
  {
    name: 'allows-get-alone',
    misdeed: 'A preflight allows GET, whatever the path takes.',
    breaks: ['application.cors.preflight'],
    apply: ({ rules }) => {
      const make = rules.makePreflightHeaders
      rules.makePreflightHeaders = (_methods, asked) => make(['GET', 'OPTIONS'], asked)
    },
  },
]
