/** What the package offers at once: validators, byte rules, and the registry. */
export { clientIdIsLegal, textIsLegal, utf8Bytes } from './bytes.ts'
export { closeDutyOf } from './close-duty.ts'
export { JSON_SCHEMAS, type SchemaFile } from './json-schemas.ts'
export {
  CLOSE_CODES,
  CLOSE_DUTIES,
  type CloseSlug,
  DEVELOPMENT,
  HEADERS,
  LIMITS,
  type LimitName,
  PROBLEM_TYPE_BASE,
  PROBLEMS,
  PROFILES,
  type ProblemCode,
  type ProfileName,
  TIMINGS,
  type TimingName,
} from './registry.ts'
export type {
  Discovery,
  Envelope,
  HeartbeatEnvelope,
  MessageEnvelope,
  MessageRequest,
  PresenceAnswer,
  PresenceEvent,
  PresencePage,
  Problem,
  Receipt,
  ReconnectEnvelope,
  StartedEvent,
  TokenAnswer,
  TokenRequest,
  Types,
  WelcomeEnvelope,
} from './types.ts'
export {
  describeErrors,
  makeValidate,
  type TypeName,
  type Validate,
  type Validation,
  type ValidationError,
  validate,
} from './validate.ts'
