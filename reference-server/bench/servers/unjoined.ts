/** The reference server without the joining of a turn's broadcasts, to show what that brings: each goes out by itself. */
import { makeLog } from '../../src/log.ts'
import { makeMetrics } from '../../src/metrics.ts'
import type { Fault } from '../../src/parts.ts'
import { startServer } from '../../src/server.ts'
import { readSettings } from '../../src/settings.ts'

const unjoined: Fault = {
  name: 'writes-each-broadcast-by-itself',
  misdeed: 'Nothing that a client could see.',
  breaks: [],
  apply: ({ wraps }) => {
    // The writer knows a broadcast by its envelope.
    wraps.writer = (writer) => ({ ...writer, write: (frame) => writer.write(frame) })
  },
}

await startServer(
  readSettings(process.argv.slice(2), {}),
  { log: makeLog('warn', 2), metrics: makeMetrics(false) },
  [unjoined],
)
