/** The lines between the suite and the program that holds the client under test; it alone knows their form. */

import { readObject } from '../timeline/timeline.ts'

/** What the suite asks of the program. */
export type Command =
  | { readonly command: 'open'; readonly id: string; readonly token_url: string }
  | { readonly command: 'close'; readonly id: string }

/** What the program says of one of its channels. */
export interface Told {
  readonly what: string
  readonly id: string
  /** The other members of the line. */
  readonly members: Readonly<Record<string, unknown>>
}

/** What the program says of itself, first. */
export interface Ready {
  readonly name: string
  readonly version: string
}

/** A line for the program, without its line feed. */
export function writeLine(command: Command): string {
  return JSON.stringify(command)
}

/** What a line of the program says of a channel, or undefined where it says nothing of one. */
export function readTold(line: string): Told | undefined {
  const { event, id, ...members } = readObject(line) ?? {}
  if (typeof event !== 'string' || typeof id !== 'string') return undefined
  return { what: event, id, members }
}

/** What the first line says, or undefined where it is no greeting. */
export function readReady(line: string): Ready | undefined {
  const { event, name, version } = readObject(line) ?? {}
  if (event !== 'ready') return undefined
  return { name: describe(name, 'unnamed'), version: describe(version, '') }
}

function describe(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value.slice(0, 100) : otherwise
}
