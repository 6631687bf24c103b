/** The format `text/event-stream` of the HTML standard: it alone knows lines and fields. */

/** One event. */
export interface StreamEvent {
  data: string
  /** The newest id up to and including this event; empty where there was none. */
  lastEventId: string
}

/** Makes a reader of text in any pieces, that calls `onEvent` as soon as an event is whole. */
export function makeEventParser(onEvent: (event: StreamEvent) => void): (text: string) => void {
  let rest = ''
  let isAfterCr = false
  let data = ''
  let lastEventId = ''

  function readLine(line: string): void {
    if (line === '') {
      if (data) onEvent({ data: data.slice(0, -1), lastEventId })
      data = ''
      return
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'data') data += `${value}\n`
    if (field === 'id' && !value.includes('\0')) lastEventId = value
  }

  return (text) => {
    // A CR ends a line by itself, and the LF of a CRLF may come with the next piece.
    const piece = isAfterCr && text.startsWith('\n') ? text.slice(1) : text
    if (text) isAfterCr = text.endsWith('\r')
    const lines = (rest + piece).split(/\r\n|\r|\n/)
    rest = lines.pop() ?? ''
    for (const line of lines) readLine(line)
  }
}
