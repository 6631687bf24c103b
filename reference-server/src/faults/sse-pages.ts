/** Faults of event streams: what pages of other origins may ask and read. */
import type { Fault } from '../parts.ts'

/** A fault of what a page is told that asks first. */
function preflightFault(
  name: string,
  misdeed: string,
  headers: Readonly<Record<string, string>>,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['sse.open.preflight'],
    apply: ({ rules }) => {
      const make = rules.makePreflightHeaders
      rules.makePreflightHeaders = () => ({ ...make(), ...headers })
    },
  }
}

/** A fault that hides one kind of answer from pages of other origins. */
function hidingFault(name: string, misdeed: string, hidden: string): Fault {
  return {
    name,
    misdeed,
    breaks: ['sse.open.readable'],
    apply: ({ rules }) => {
      const make = rules.makeReadableHeaders
      rules.makeReadableHeaders = (answer): Record<string, string> =>
        answer === hidden ? {} : make(answer)
    },
  }
}

/** Each breaks what the chapter on event streams promises to pages. */
export const ssePageFaults: readonly Fault[] = [
  {
    name: 'refuses-preflights',
    misdeed: 'A page that asks whether it may ask for a stream is answered with 401.',
    breaks: ['sse.open.preflight'],
    apply: ({ rules }) => {
      rules.decidePreflightStatus = () => 401
    },
  },
  preflightFault('lets-one-origin-ask', 'Pages of one origin alone may ask for a stream.', {
    'access-control-allow-origin': 'https://app.example',
  }),
  preflightFault(
    'forgets-authorization-in-preflights',
    'Pages may not send Authorization, which an asterisk does not stand for.',
    { 'access-control-allow-headers': '*' },
  ),
  preflightFault('forgets-last-event-id-in-preflights', 'Pages may not send Last-Event-ID.', {
    'access-control-allow-headers': 'authorization',
  }),
  preflightFault('forgets-get-in-preflights', 'Pages may send POST alone.', {
    'access-control-allow-methods': 'POST',
  }),
  hidingFault('hides-streams-from-pages', 'Pages of other origins cannot read streams.', 'stream'),
  hidingFault(
    'hides-refusals-from-pages',
    'Pages of other origins cannot read why a stream is refused.',
    'refusal',
  ),
  hidingFault('hides-stops-from-pages', 'Pages of other origins cannot read a 204.', 'stop'),
  hidingFault(
    'hides-problems-from-pages',
    'Pages of other origins cannot read a refusal that comes before the stream.',
    'problem',
  ),
  {
    name: 'shows-streams-to-one-origin',
    misdeed: 'Pages of one origin alone can read what is answered to a request for a stream.',
    breaks: ['sse.open.readable'],
    apply: ({ rules }) => {
      rules.makeReadableHeaders = () => ({ 'access-control-allow-origin': 'https://page.example' })
    },
  },
]
