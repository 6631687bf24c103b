/** Faults of data and rate. */
import type { Fault } from '../parts.ts'
import { Refusal } from '../refusal.ts'

/** Each breaks what the chapter on messages promises about data and rate. */
export const messageDataFaults: readonly Fault[] = [
  {
    name: 'refuses-long-data',
    misdeed: 'Data of more than 16 KiB is refused.',
    breaks: ['message.data.accept', 'broadcast.data.accept'],
    apply: ({ rules }) => {
      const decide = rules.decideDataSize
      rules.decideDataSize = (data, maxBytes) => decide(data, Math.min(maxBytes, 16_384))
    },
  },
  {
    name: 'refuses-long-bodies',
    misdeed: 'Bodies of more than twice the longest data are refused, whatever data they hold.',
    breaks: ['message.data.accept', 'broadcast.data.accept'],
    apply: ({ rules }) => {
      rules.decideMaxBodyBytes = (dataBytes) => 2 * dataBytes
    },
  },
  {
    name: 'refuses-controls-in-long-data',
    misdeed: 'Long data with control characters is refused.',
    breaks: ['message.data.accept', 'broadcast.data.accept'],
    apply: ({ rules }) => {
      const read = rules.readData
      rules.readData = (value) => {
        const data = read(value)
        if (data.length > 1000 && data.includes('\u0001'))
          throw new Refusal('invalid-data', 'data has control characters')
        return data
      }
    },
  },
  {
    name: 'accepts-empty-data',
    misdeed: 'Empty data is taken.',
    breaks: ['message.data.refuse', 'broadcast.data.refuse'],
    apply: ({ rules }) => {
      const read = rules.readData
      rules.readData = (value) => (value === '' ? '' : read(value))
    },
  },
  {
    name: 'takes-absent-data-for-text',
    misdeed: 'Absent data is taken for the text "undefined".',
    breaks: ['message.data.refuse', 'broadcast.data.refuse'],
    apply: ({ rules }) => {
      const read = rules.readData
      rules.readData = (value) => read(value === undefined ? 'undefined' : value)
    },
  },
  {
    name: 'turns-data-into-text',
    misdeed: 'Data that is not a string is taken as its JSON text.',
    breaks: ['message.data.refuse', 'broadcast.data.refuse'],
    apply: ({ rules }) => {
      const read = rules.readData
      rules.readData = (value) =>
        read(typeof value === 'string' || value === undefined ? value : JSON.stringify(value))
    },
  },
  {
    name: 'accepts-a-byte-too-much',
    misdeed: 'Data may be one byte longer than advertised.',
    breaks: ['message.data.too-large', 'broadcast.data.too-large'],
    apply: ({ rules }) => {
      const decide = rules.decideDataSize
      rules.decideDataSize = (data, maxBytes) =>
        decide(data, maxBytes + 1) && decide(data, maxBytes)
    },
  },
  {
    name: 'counts-data-in-characters',
    misdeed: 'The limit of data counts characters instead of bytes.',
    breaks: ['message.data.too-large', 'broadcast.data.too-large'],
    apply: ({ rules }) => {
      const decide = rules.decideDataSize
      rules.decideDataSize = (data, maxBytes) =>
        data.length <= maxBytes ? undefined : decide(data, maxBytes)
    },
  },
  {
    name: 'hides-limit-of-data',
    misdeed: 'The refusal of too long data does not name the limit.',
    breaks: ['message.data.too-large', 'broadcast.data.too-large'],
    apply: ({ rules }) => {
      const decide = rules.decideDataSize
      rules.decideDataSize = (...facts) =>
        decide(...facts) && new Refusal('payload-too-large', 'data is too long')
    },
  },
  {
    name: 'delivers-lone-surrogates',
    misdeed: 'A lone surrogate in data is delivered as it came.',
    breaks: ['message.data.surrogate', 'broadcast.data.surrogate'],
    apply: ({ rules }) => {
      rules.decideSurrogates = () => undefined
    },
  },
  {
    name: 'drops-lone-surrogates',
    misdeed: 'A lone surrogate is cut out of data.',
    breaks: ['message.data.surrogate', 'broadcast.data.surrogate'],
    apply: ({ rules }) => {
      const read = rules.readData
      rules.readData = (value) => read(value).replace(/\p{Surrogate}/gu, '')
    },
  },
  {
    name: 'never-limits-rate',
    misdeed: 'Posts to one client id are taken at any rate.',
    breaks: ['message.rate.refuse', 'broadcast.rate.refuse', 'batch.item.rate'],
    apply: ({ rules }) => {
      const decide = rules.decideRate
      rules.decideRate = (...facts) => ({ ...decide(...facts), waitSeconds: 0 })
    },
  },
  {
    name: 'counts-keyless-posts-alone',
    misdeed:
      'Posts to a client id that is posted to with an Idempotency-Key are taken at any rate.',
    breaks: ['message.rate.refuse'],
    apply: ({ rules }) => {
      const { digestBody, selectRateKey } = rules
      const keyed = new Set<unknown>()
      let posts = 0
      rules.digestBody = (bytes) => {
        const members = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>
        keyed.add(members.client_id)
        return digestBody(bytes)
      }
      rules.selectRateKey = (clientId) => {
        posts += 1
        return keyed.has(clientId) ? `${clientId} ${posts}` : selectRateKey(clientId)
      }
    },
  },
  {
    name: 'limits-rate-without-retry-after',
    misdeed: 'A post that exceeds the rate is refused without Retry-After.',
    breaks: [
      'message.rate.refuse',
      'broadcast.rate.refuse',
      'problem.rate.refuse',
      'connection.rate.refuse',
      'connection.rate.address',
    ],
    apply: ({ rules }) => {
      const make = rules.makeProblemHeaders
      rules.makeProblemHeaders = (refusal) => (refusal.slug === 'rate-limited' ? {} : make(refusal))
    },
  },
  {
    name: 'refills-rates-slowly',
    misdeed: 'A rate that was exceeded is back only after ten seconds.',
    breaks: ['message.rate.accept'],
    apply: ({ rules, limits }) => {
      const decide = rules.decideRate
      rules.decideRate = (bucket, nowMs, perSecond) => {
        if (!bucket || perSecond !== limits.messages_per_second)
          return decide(bucket, nowMs, perSecond)
        const slowMs = nowMs - (nowMs - bucket.atMs) * 0.9
        const decision = decide(bucket, slowMs, perSecond)
        return { ...decision, bucket: { ...decision.bucket, atMs: nowMs } }
      }
    },
  },
  {
    name: 'numbers-posts-beyond-the-rate',
    misdeed: 'A post that is refused for the rate of its client id takes a seq.',
    breaks: ['message.seq.contiguous'],
    apply: ({ rules, ports, limits }) => {
      const { selectRateKey, decideRate } = rules
      let key = ''
      rules.selectRateKey = (clientId) => {
        key = selectRateKey(clientId)
        return key
      }
      rules.decideRate = (bucket, nowMs, perSecond) => {
        const decision = decideRate(bucket, nowMs, perSecond)
        const isRefused = perSecond === limits.messages_per_second && decision.waitSeconds > 0
        if (isRefused) void ports.broker.accept(key, '')
        return decision
      }
    },
  },
  {
    name: 'limits-rate-of-siblings-together',
    misdeed: 'Client ids that are alike up to a slash share one rate.',
    breaks: ['message.rate.others'],
    apply: ({ rules }) => {
      rules.selectRateKey = (clientId) => clientId.split('/')[0] ?? clientId
    },
  },
]
