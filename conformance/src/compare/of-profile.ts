/** Knows what a service does only because it offers a profile: beside one that does not, that is no hole of the specification. */

/** Members of bodies and envelopes that are there where all these profiles are offered. */
export const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  stored: ['resume'],
  cursor: ['resume'],
  broadcast_cursor: ['resume', 'broadcast'],
  broadcast_epoch: ['broadcast'],
  broadcast_seq: ['broadcast'],
}

/** Acts of a service that offers all these profiles. */
const ACTS: Readonly<Record<string, readonly string[]>> = {
  'frame ping': ['robust'],
  'frame heartbeat': ['robust'],
  'event heartbeat': ['robust'],
  'frame reconnect': ['robust'],
  'event reconnect': ['robust'],
  'frame broadcast': ['broadcast'],
  'event broadcast': ['broadcast'],
}

/** What belongs to profiles: whether a member, or an act, belongs to one that is not among those shared. */
export interface Unshared {
  hasMember(name: string): boolean
  hasAct(act: string): boolean
}

/** What is left out where only these profiles are offered by everybody. */
export function unsharedOf(shared: ReadonlySet<string>): Unshared {
  const isMissing = (profiles: readonly string[] = []): boolean =>
    profiles.some((profile) => !shared.has(profile))
  return {
    hasMember: (name) => isMissing(MEMBERS[name]),
    hasAct: (act) => isMissing(ACTS[act]),
  }
}
