/** Faults of which webhooks are believed, and how they are answered. */
import type { ChatFault, ChatParts } from '../parts.ts'
import type { Outcome } from '../rules/webhook.ts'

const knownFields = ['event', 'from', 'connection_id', 'epoch', 'version', 'time', 'reason']

/** Each breaks what the chapter on webhooks asks of an application. */
export const webhookFaults: readonly ChatFault[] = [
  {
    name: 'skips-signature',
    misdeed: 'Every webhook is believed, signed or not.',
    breaks: ['webhook.receiver.signature'],
    apply: (parts) => {
      readUnsigned(parts)
      parts.rules.isSigned = () => true
    },
  },
  {
    name: 'trusts-unsigned-webhooks',
    misdeed: 'A webhook without a signature is believed.',
    breaks: ['webhook.receiver.signature'],
    apply: (parts) => {
      const isUnsigned = readUnsigned(parts)
      const { isSigned } = parts.rules
      parts.rules.isSigned = (secrets, signed) => isUnsigned(signed.id) || isSigned(secrets, signed)
    },
  },
  {
    name: 'acts-before-verifying',
    misdeed: 'A webhook that is not signed rightly is refused, but has been acted on.',
    breaks: ['webhook.receiver.signature'],
    apply: (parts) => {
      readUnsigned(parts)
      const { rules } = parts
      const { isSigned, decideTakenStatus } = rules
      const forged = new Set<string>()
      rules.isSigned = (secrets, signed) => {
        if (!isSigned(secrets, signed)) forged.add(signed.id)
        return true
      }
      rules.decideTakenStatus = (outcome, id) =>
        forged.has(id) ? 401 : decideTakenStatus(outcome, id)
    },
  },
  {
    name: 'verifies-without-body',
    misdeed: 'The signature is checked over the known fields of the body alone.',
    breaks: ['webhook.receiver.signature'],
    apply: ({ rules }) => {
      const { isSigned } = rules
      rules.isSigned = (secrets, signed) => {
        const fields = [...new URLSearchParams(signed.body)].filter(([name]) =>
          knownFields.includes(name),
        )
        return isSigned(secrets, { ...signed, body: String(new URLSearchParams(fields)) })
      }
    },
  },
  {
    name: 'verifies-body-alone',
    misdeed: 'A signature also counts for a changed id or timestamp.',
    breaks: ['webhook.receiver.signature'],
    apply: ({ rules }) => {
      const { isSigned } = rules
      rules.isSigned = (secrets, signed) =>
        isSigned(secrets, signed) ||
        isSigned(secrets, { ...signed, id: signed.id.slice(0, -1) }) ||
        isSigned(secrets, { ...signed, timestamp: signed.timestamp + 1 })
    },
  },
  {
    name: 'takes-any-signature-version',
    misdeed: 'A signature counts whatever version it says it has.',
    breaks: ['webhook.receiver.signature'],
    apply: (parts) =>
      changeSignatures(parts, (signatures) => signatures.replace(/(^| )v\w+,/g, '$1v1,')),
  },
  {
    name: 'remembers-refused-ids',
    misdeed: 'A webhook is done when its id came with a wrong signature before.',
    breaks: ['webhook.receiver.signature'],
    apply: ({ rules }) => {
      const { isSigned, isRepeat } = rules
      const refused = new Set<string>()
      rules.isSigned = (secrets, signed) => {
        const isRight = isSigned(secrets, signed)
        if (!isRight) refused.add(signed.id)
        return isRight
      }
      rules.isRepeat = (memory, id) => refused.has(id) || isRepeat(memory, id)
    },
  },
  {
    name: 'reads-first-signature-alone',
    misdeed: 'Of several signatures only the first counts.',
    breaks: ['webhook.receiver.secrets'],
    apply: (parts) => changeSignatures(parts, (signatures) => signatures.split(' ')[0] ?? ''),
  },
  {
    name: 'reads-last-signature-alone',
    misdeed: 'Of several signatures only the last counts.',
    breaks: ['webhook.receiver.secrets'],
    apply: (parts) => changeSignatures(parts, (signatures) => signatures.split(' ').at(-1) ?? ''),
  },
  {
    name: 'knows-first-secret-alone',
    misdeed: 'Of several secrets only the first is used.',
    breaks: ['webhook.receiver.secrets'],
    apply: ({ rules }) => {
      const { isSigned } = rules
      rules.isSigned = (secrets, signed) => isSigned(secrets.slice(0, 1), signed)
    },
  },
  {
    name: 'ignores-age',
    misdeed: 'A webhook is believed however old or early it is.',
    breaks: ['webhook.receiver.age'],
    apply: ({ rules }) => {
      rules.isYoung = () => true
    },
  },
  {
    name: 'ignores-old-age',
    misdeed: 'A webhook is believed however old it is.',
    breaks: ['webhook.receiver.age'],
    apply: ({ rules }) => {
      const { isYoung } = rules
      rules.isYoung = (timestamp, now) => timestamp < now || isYoung(timestamp, now)
    },
  },
  {
    name: 'ignores-early-age',
    misdeed: 'A webhook is believed however early it is.',
    breaks: ['webhook.receiver.age'],
    apply: ({ rules }) => {
      const { isYoung } = rules
      rules.isYoung = (timestamp, now) => timestamp > now || isYoung(timestamp, now)
    },
  },
  {
    name: 'takes-strange-timestamps',
    misdeed: 'A webhook whose timestamp is no number is believed.',
    breaks: ['webhook.receiver.age'],
    apply: ({ rules, wallClock }) => {
      const { readSigned, isSigned } = rules
      const strange = new Set<string>()
      rules.readSigned = (headers, body) => {
        const [id, signatures] = [headers.get('webhook-id'), headers.get('webhook-signature')]
        const timestamp = Math.floor(wallClock.nowMs() / 1000)
        if (!id || !signatures || /^\d/.test(headers.get('webhook-timestamp') ?? '0'))
          return readSigned(headers, body)
        strange.add(id)
        return { id, timestamp, signatures, body }
      }
      rules.isSigned = (secrets, signed) => strange.has(signed.id) || isSigned(secrets, signed)
    },
  },
  {
    name: 'ignores-routes',
    misdeed: 'A webhook is acted on by its event, whatever route it came on.',
    breaks: ['webhook.receiver.event'],
    apply: ({ rules }) => {
      rules.decideEvent = <Event extends string>(event: string | undefined) => event as Event
    },
  },
  {
    name: 'believes-route-over-event',
    misdeed: 'What comes on the route of disconnected is a disconnected, whatever event it has.',
    breaks: ['webhook.receiver.event'],
    apply: ({ rules }) => {
      const { decideEvent } = rules
      rules.decideEvent = (event, served) =>
        served === 'disconnected' ? served : decideEvent(event, served)
    },
  },
  {
    name: 'answers-404-to-unknown',
    misdeed: 'A webhook about a client id that nobody has is answered with 404.',
    breaks: ['webhook.receiver.answered'],
    apply: (parts) => answerTaken(parts, 'unknown', 404),
  },
  {
    name: 'answers-409-to-repeats',
    misdeed: 'A webhook that was taken before is answered with 409.',
    breaks: ['webhook.receiver.answered', 'webhook.receiver.repeat'],
    apply: (parts) => answerTaken(parts, 'repeated', 409),
  },
  {
    name: 'answers-409-to-older',
    misdeed: 'A webhook that is not newer than what is known is answered with 409.',
    breaks: ['webhook.receiver.answered'],
    apply: (parts) => answerTaken(parts, 'older', 409),
  },
  {
    name: 'forgets-webhook-ids',
    misdeed: 'A webhook-id that was accepted is not remembered.',
    breaks: ['webhook.receiver.repeat'],
    apply: ({ rules }) => {
      rules.isRepeat = () => false
    },
  },
]

/** Lets requests without the three headers pass as signed ones; answers which ids they were given. */
function readUnsigned({ rules, wallClock, makeClientId }: ChatParts): (id: string) => boolean {
  const { readSigned } = rules
  const unsigned = new Set<string>()
  rules.readSigned = (headers, body) => {
    if (headers.has('webhook-signature')) return readSigned(headers, body)
    const signed = { id: makeClientId(), timestamp: Math.floor(wallClock.nowMs() / 1000) }
    unsigned.add(signed.id)
    return { ...signed, signatures: '', body }
  }
  return (id) => unsigned.has(id)
}

function changeSignatures({ rules }: ChatParts, change: (signatures: string) => string): void {
  const { isSigned } = rules
  rules.isSigned = (secrets, signed) =>
    isSigned(secrets, { ...signed, signatures: change(signed.signatures) })
}

function answerTaken({ rules }: ChatParts, answered: Outcome, status: number): void {
  const decide = rules.decideTakenStatus
  rules.decideTakenStatus = (outcome, id) => (outcome === answered ? status : decide(outcome, id))
}
