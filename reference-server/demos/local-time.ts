/** Instants as the people of one time zone read them; it alone knows what the zone's offset is. */

/** The zone of the original article's chat. */
export const DEFAULT_TIME_ZONE = 'Asia/Tokyo'

/** Whether a name is that of a time zone, such as `Europe/Berlin` or `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** One for each zone that was asked for; to make one takes longer than all that is done with it. */
const offsets = new Map<string, Intl.DateTimeFormat>()

/** What writes the offset of a zone; throws a RangeError where there is no such zone. */
function offsetOf(timeZone: string): Intl.DateTimeFormat {
  const format =
    offsets.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  offsets.set(timeZone, format)
  return format
}

/** An instant in milliseconds since 1970 as RFC 3339 with milliseconds and the offset of the zone, `Z` never. */
export function writeLocalInstant(ms: number, timeZone: string): string {
  const [, sign = '+', hours = '00', minutes = '00'] =
    /([+-])(\d\d):(\d\d)/.exec(offsetOf(timeZone).format(ms)) ?? []
  const offsetMinutes = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes))
  const local = new Date(ms + offsetMinutes * 60_000).toISOString()
  return local.replace('Z', `${sign}${hours}:${minutes}`)
}

/** The time of day of an instant in the zone, `HH:MM:SS`. */
export function writeTimeOfDay(ms: number, timeZone: string): string {
  return writeLocalInstant(ms, timeZone).slice(11, 19)
}
