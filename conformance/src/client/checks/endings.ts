/** Checks of what a client does after each close code, listed or not, and after endings without one. */

import { CLOSE_CODES } from '@channel-protocol/schemas/registry'
import { all, each } from '../../judges/finding.ts'
import type { ClientCheck } from '../check.ts'
import type { ClientDrive } from '../drive/drive.ts'
import { toldOfEnd } from '../judges/told.ts'
import { backsOff, comesBackAtOnce, staysAway, wasOpen } from '../judges/waits.ts'

const codesOf = (duty: string): number[] =>
  Object.values(CLOSE_CODES)
    .filter((row) => row.duty === duty)
    .map(({ code }) => code)

/** Codes of later revisions: their range is all that a client knows of them. */
const UNKNOWN = { stop: [4042, 4099], 'back-off': [4142, 4199], reconnect: [4242], refresh: [4342] }
const LISTED = {
  stop: codesOf('stop'),
  'back-off': codesOf('back-off'),
  reconnect: codesOf('reconnect'),
  refresh: codesOf('refresh'),
}
const UNLISTED = [1001, 1008, 1011, 1012, 1013, 3000, 3999, 4400, 4999]

/** Channels that end with the same code where only several can show a wait between 0 and 1 s. */
const COPIES = 4

const roleOf = (code: number): string => `close-${code}`
const copiesOf = (code: number): string[] =>
  Array.from({ length: COPIES }, (_, index) => `${roleOf(code)}-${index + 1}`)

const STOPS = [...LISTED.stop, ...UNKNOWN.stop]
/** Refused after the upgrade, before any welcome. */
const REFUSALS = [4000, 4003, 4042]
const refusalOf = (code: number): string => `refused-${code}`
const ONCE = [...STOPS, ...LISTED['back-off'], ...UNKNOWN['back-off'], ...UNLISTED]
const SEVERAL = [...LISTED.reconnect, ...UNKNOWN.reconnect, ...LISTED.refresh, ...UNKNOWN.refresh]

/** Longer than the first back-off with all that it takes. */
const AWAY_SECONDS = 4.5

/** Every code on a channel of its own: welcomed, ended, and watched for what comes next. */
async function endWithEveryCode(drive: ClientDrive): Promise<void> {
  const end = async (role: string, code: number): Promise<void> => {
    const channel = drive.open(role)
    const attempt = await channel.connected()
    await channel.told('open')
    attempt.close(code, 'an-ending')
    await channel.next(AWAY_SECONDS)
  }
  await Promise.all([
    ...ONCE.map((code) => end(roleOf(code), code)),
    ...SEVERAL.flatMap((code) => copiesOf(code).map((role) => end(role, code))),
    ...REFUSALS.map(async (code) => {
      const channel = drive.open(refusalOf(code))
      const attempt = await channel.first()
      attempt.close(code, 'refused')
      await channel.next(AWAY_SECONDS)
    }),
  ])
  await drive.fence()
}

/** Endings without a code, after the welcome and before the WebSocket was open. */
const WITHOUT_CODE = ['empty', 'lost', 'status-503', 'status-429', 'reset']

async function endWithoutCode(drive: ClientDrive): Promise<void> {
  await Promise.all(
    WITHOUT_CODE.map(async (role) => {
      const channel = drive.open(role, { isHeld: true })
      const attempt = await channel.first()
      if (role === 'empty' || role === 'lost') {
        attempt.welcome()
        await channel.told('open')
      }
      if (role === 'empty') attempt.close()
      else if (role.startsWith('status-')) attempt.refuse(Number(role.slice(-3)))
      else attempt.drop()
      const next = await channel.next(AWAY_SECONDS)
      next?.accept()
    }),
  )
}

/** What each code of the registry and each range asks for, in one. */
const everyDuty = all(
  each(STOPS, (code) => staysAway(`close-${code}`)),
  each([...LISTED['back-off'], ...UNKNOWN['back-off']], (code) => backsOff(`close-${code}`)),
  ...SEVERAL.map((code) => comesBackAtOnce(copiesOf(code))),
)

/** Checks of endings. */
export const CLIENT_ENDING_CHECKS: readonly ClientCheck[] = [
  {
    id: 'connection.duty.followed',
    proves: 'connection.client.duty',
    drive: endWithEveryCode,
    control: wasOpen(...ONCE.map(roleOf)),
    judge: everyDuty,
    killedBy: [
      'backs-off-all-unknown',
      'comes-back-after-listed-stop',
      'comes-back-after-1000',
      'hurries-after-41xx',
      'stops-at-41xx',
      'reconnects-late',
      'refreshes-late',
      'stops-at-43xx',
      'stops-at-unknown',
    ],
  },
  {
    id: 'client.listed-stop.final',
    proves: 'client.stop.final',
    drive: endWithEveryCode,
    control: wasOpen(...LISTED.stop.map(roleOf)),
    judge: all(
      each(LISTED.stop, (code) => staysAway(`close-${code}`)),
      each([4000, 4003], (code) => staysAway(`refused-${code}`)),
    ),
    killedBy: ['comes-back-after-listed-stop', 'comes-back-after-1000'],
  },
  {
    id: 'client.unknown-stop.final',
    proves: 'client.stop.final',
    drive: endWithEveryCode,
    control: wasOpen(...UNKNOWN.stop.map(roleOf)),
    judge: all(
      each(UNKNOWN.stop, (code) => staysAway(`close-${code}`)),
      staysAway(refusalOf(4042)),
    ),
    killedBy: ['backs-off-all-unknown'],
  },
  {
    id: 'client.stop.told',
    proves: 'client.stop.told',
    drive: endWithEveryCode,
    control: wasOpen(...LISTED.stop.map(roleOf)),
    judge: all(
      ...[...LISTED.stop, ...UNKNOWN.stop].map((code) => toldOfEnd(roleOf(code), code)),
      ...REFUSALS.map((code) => toldOfEnd(refusalOf(code), code)),
    ),
    killedBy: [
      'stops-silently',
      'tells-end-twice',
      'error-after-end',
      'end-without-code',
      'backs-off-all-unknown',
      'comes-back-after-listed-stop',
      'comes-back-after-1000',
    ],
  },
  {
    id: 'client.overload.waits',
    proves: 'client.back-off.wait',
    drive: endWithEveryCode,
    judge: each([...LISTED['back-off'], ...UNKNOWN['back-off']], (code) =>
      backsOff(`close-${code}`),
    ),
    killedBy: ['hurries-after-41xx', 'stops-at-41xx', 'stops-at-unknown'],
  },
  {
    id: 'client.unlisted.waits',
    proves: 'client.back-off.unlisted',
    drive: endWithEveryCode,
    judge: each(UNLISTED, (code) => backsOff(`close-${code}`)),
    killedBy: ['stops-at-unlisted', 'stops-at-1008', 'hurries-after-unlisted'],
  },
  {
    id: 'client.no-code.waits',
    proves: 'client.back-off.unlisted',
    drive: endWithoutCode,
    judge: each(WITHOUT_CODE, (role) => backsOff(role)),
    killedBy: ['hurries-after-loss', 'stops-when-refused'],
  },
  {
    id: 'client.move.prompt',
    proves: 'client.reconnect.prompt',
    drive: endWithEveryCode,
    judge: all(
      ...[...LISTED.reconnect, ...UNKNOWN.reconnect].map((code) => comesBackAtOnce(copiesOf(code))),
    ),
    killedBy: ['reconnects-late', 'backs-off-all-unknown', 'stops-at-unknown'],
  },
  {
    id: 'client.refresh.prompt',
    proves: 'client.refresh.fresh',
    drive: endWithEveryCode,
    judge: all(
      ...[...LISTED.refresh, ...UNKNOWN.refresh].map((code) => comesBackAtOnce(copiesOf(code))),
    ),
    killedBy: ['refreshes-late', 'stops-at-43xx', 'backs-off-all-unknown', 'stops-at-unknown'],
  },
]
