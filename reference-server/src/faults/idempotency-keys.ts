/** Faults of keys: which are taken, which are the same, and where they mean something. */
import type { Fault, Parts } from '../parts.ts'
import { Refusal } from '../refusal.ts'
import type { CallFacts } from '../rules/key.ts'
import type { RouteName } from '../rules/route.ts'

/** A fault that changes a key before it is remembered. */
function changesKeys(name: string, misdeed: string, change: (key: string) => string): Fault {
  return {
    name,
    misdeed,
    breaks: ['idempotency.key.scope'],
    apply: ({ rules }) => {
      const make = rules.makeKeyScope
      rules.makeKeyScope = (path, key) => make(path, change(key))
    },
  }
}

/** A fault that takes a post with a key for one without. */
function ignoresKeys(name: string, calls: string, route: RouteName): Fault {
  return {
    name,
    misdeed: `The key of ${calls} is ignored.`,
    breaks: [
      'idempotency.repeat.answer',
      'idempotency.repeat.once',
      ...(route === 'batch' ? ['idempotency.repeat.batch'] : []),
      ...(route === 'socket-send' ? ['idempotency.results.bounded'] : []),
    ],
    apply: ({ rules }) => {
      const decide = rules.decideKeyed
      rules.decideKeyed = (called, offered) => called.name !== route && decide(called, offered)
    },
  }
}

/** A fault that takes the same key for another one where something else of the call is not the same. */
function keepsApart(name: string, what: string, fact: keyof CallFacts): Fault {
  return {
    name,
    misdeed: `A key belongs to the ${what} with which it came.`,
    breaks: ['idempotency.repeat.answer'],
    apply: ({ rules }) => {
      const { decideKey, makeKeyScope } = rules
      const facts = new Map<string | undefined, string | undefined>()
      rules.decideKey = (offered, live, call) => {
        facts.set(call.idempotencyKey, call[fact])
        return decideKey(offered, live, call)
      }
      rules.makeKeyScope = (path, key) => `${makeKeyScope(path, key)} ${facts.get(key)}`
    },
  }
}

/** Takes what comes as a key, and where the rule would refuse it, what is made of it. */
function mendsKeys(
  { rules }: Parts,
  mend: (values: readonly string[]) => string | undefined,
  isMended: (values: readonly string[]) => boolean,
): void {
  const read = rules.readIdempotencyKey
  rules.readIdempotencyKey = (values) => (isMended(values) ? mend(values) : read(values))
}

/** A fault that takes keys that are none. */
function takes(
  name: string,
  misdeed: string,
  isTaken: (values: readonly string[]) => boolean,
  mend: (values: readonly string[]) => string | undefined = ([key]) => key,
): Fault {
  return {
    name,
    misdeed,
    breaks: ['idempotency.key.malformed'],
    apply: (parts) => mendsKeys(parts, mend, isTaken),
  }
}

/** Each breaks what the chapter on idempotency promises about keys. */
export const idempotencyKeyFaults: readonly Fault[] = [
  takes(
    'takes-empty-keys-for-none',
    'A post with an empty key is taken as one without.',
    ([key]) => key === '',
    () => undefined,
  ),
  takes(
    'takes-longer-keys',
    'A key may have twice the bytes.',
    ([key, ...more]) => more.length === 0 && (key?.length ?? 0) > 255,
  ),
  takes(
    'takes-keys-beyond-ascii',
    'A key may have bytes beyond ASCII.',
    ([key, ...more]) => more.length === 0 && /^[\x20-\x7e\x80-\xff]{1,255}$/.test(key ?? ''),
  ),
  takes(
    'takes-keys-with-tabs',
    'A key may have tabs in it.',
    ([key, ...more]) => more.length === 0 && /^[\x20-\x7e\t]{1,255}$/.test(key ?? ''),
  ),
  takes(
    'takes-the-first-of-two-keys',
    'Of two keys the first is taken.',
    (values) => values.length > 1,
  ),
  {
    name: 'refuses-long-keys',
    misdeed: 'A key of more than 128 bytes is refused.',
    breaks: ['idempotency.repeat.once', 'idempotency.key.scope'],
    apply: ({ rules }) => {
      const read = rules.readIdempotencyKey
      rules.readIdempotencyKey = (values) => {
        if ((values[0]?.length ?? 0) > 128) throw new Refusal('malformed-request')
        return read(values)
      }
    },
  },
  {
    name: 'ignores-long-keys',
    misdeed: 'A post with a key of 255 bytes that is in quotes is carried out each time.',
    breaks: ['idempotency.repeat.once'],
    apply: (parts) =>
      mendsKeys(
        parts,
        () => undefined,
        ([key]) => key?.length === 255 && key.startsWith('"'),
      ),
  },
  {
    name: 'shares-keys-between-paths',
    misdeed: 'A key that was used at one path counts as used at every other.',
    breaks: ['idempotency.key.scope'],
    apply: ({ rules }) => {
      const make = rules.makeKeyScope
      rules.makeKeyScope = (_path, key) => make('', key)
    },
  },
  changesKeys('ignores-case-of-keys', 'Keys are compared without their case.', (key) =>
    key.toLowerCase(),
  ),
  changesKeys('takes-quotes-off-keys', 'Quotation marks around a key are dropped.', (key) =>
    key.replace(/^"(.*)"$/, '$1'),
  ),
  changesKeys('decodes-keys', 'Keys are percent-decoded.', (key) => key.replaceAll('%20', ' ')),
  changesKeys('squeezes-blanks-of-keys', 'Blanks in a row count as one.', (key) =>
    key.replace(/ +/g, ' '),
  ),
  changesKeys('cuts-long-keys', 'Of a key the first 128 bytes are kept.', (key) =>
    key.slice(0, 128),
  ),
  {
    name: 'remembers-keys-of-tokens',
    misdeed: 'A request for a token that has a key is answered with the same token again.',
    breaks: ['idempotency.key.elsewhere'],
    apply: ({ rules }) => {
      const decide = rules.decideKeyed
      rules.decideKeyed = (route, offered) => route.name === 'token' || decide(route, offered)
    },
  },
  {
    name: 'reads-keys-of-every-call',
    misdeed: 'A call that does not send is refused for a malformed key.',
    breaks: ['idempotency.key.elsewhere'],
    apply: ({ rules }) => {
      const { decideIdempotency, readIdempotencyKey } = rules
      rules.decideIdempotency = (keys, offered) => {
        readIdempotencyKey(keys)
        return decideIdempotency(keys, offered)
      }
    },
  },
  {
    name: 'refuses-keys-elsewhere',
    misdeed: 'A call that does not send is refused where it has a key.',
    breaks: ['idempotency.key.elsewhere'],
    apply: ({ rules }) => {
      const { decideKey, decideIdempotency } = rules
      let isElsewhere = false
      rules.decideKey = (offered, live, call) => {
        isElsewhere = ['/v1/tokens', '/v1/sockets', '/v1/disconnects'].includes(call.path)
        return decideKey(offered, live, call)
      }
      rules.decideIdempotency = (keys, offered) =>
        decideIdempotency(keys, isElsewhere ? [] : offered)
    },
  },
  keepsApart('keeps-application-keys-apart', 'application key', 'authorization'),
  keepsApart('keeps-media-types-apart', 'media type as it is written', 'contentType'),
  keepsApart('keeps-queries-apart', 'query', 'query'),
  ignoresKeys('ignores-keys-of-messages', 'messages', 'message'),
  ignoresKeys('ignores-keys-of-batches', 'batches', 'batch'),
  ignoresKeys('ignores-keys-of-broadcasts', 'broadcasts', 'broadcast'),
  ignoresKeys('ignores-keys-of-socket-sends', 'sends to sockets', 'socket-send'),
  ignoresKeys('ignores-keys-of-socket-broadcasts', 'broadcasts to sockets', 'socket-broadcast'),
  {
    name: 'marks-keys-of-strangers',
    misdeed: 'The key of a post with a wrong application key counts as used.',
    breaks: ['idempotency.failure.forgotten'],
    apply: (parts) => marksKeys(parts, 'decideKey', (decision) => decision === 'unknown'),
  },
  {
    name: 'marks-keys-of-other-media-types',
    misdeed: 'The key of a post with a body of another media type counts as used.',
    breaks: ['idempotency.failure.forgotten'],
    apply: (parts) => marksKeys(parts, 'decideMediaType', (decision) => decision !== undefined),
  },
  {
    name: 'marks-keys-of-no-json',
    misdeed: 'The key of a post whose body is no JSON counts as used.',
    breaks: ['idempotency.failure.forgotten'],
    apply: (parts) => marksKeys(parts, 'parseBody', (refusal) => isRefusal(refusal, 'not JSON')),
  },
  {
    name: 'marks-keys-of-other-json',
    misdeed: 'The key of a post whose body is JSON but no object counts as used.',
    breaks: ['idempotency.failure.forgotten'],
    apply: (parts) => marksKeys(parts, 'parseBody', (refusal) => isRefusal(refusal, 'not a JSON')),
  },
  {
    name: 'marks-keys-of-no-utf-8',
    misdeed: 'The key of a post whose body is not UTF-8 counts as used.',
    breaks: ['idempotency.failure.forgotten'],
    apply: (parts) => marksKeys(parts, 'decodeBody', (refusal) => isRefusal(refusal, 'not UTF-8')),
  },
]

function isRefusal(decision: unknown, because: string): boolean {
  return decision instanceof Refusal && decision.message.includes(because)
}

/** Counts a key as used with another body where a rule that comes before it decides so. */
function marksKeys(
  { rules }: Parts,
  name: 'decideKey' | 'decideMediaType' | 'decodeBody' | 'parseBody',
  isMarked: (decision: unknown) => boolean,
): void {
  const { decideKey, readIdempotencyKey } = rules
  const marked = new Set<string | undefined>()
  let key: string | undefined
  rules.decideKey = (offered, live, call) => {
    key = call.idempotencyKey
    return decideKey(offered, live, call)
  }
  const decide = rules[name] as (...facts: unknown[]) => unknown
  Object.assign(rules, {
    [name]: (...facts: unknown[]) => {
      try {
        const decision = decide(...facts)
        if (isMarked(decision)) marked.add(key)
        return decision
      } catch (refusal) {
        if (isMarked(refusal)) marked.add(key)
        throw refusal
      }
    },
  })
  rules.readIdempotencyKey = (values) => {
    const read = readIdempotencyKey(values)
    if (read !== undefined && marked.has(read)) throw new Refusal('idempotency-key-reused')
    return read
  }
}
