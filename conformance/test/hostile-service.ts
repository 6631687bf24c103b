/** An adapter whose service tells of itself what would act on a terminal or on the log of a CI system. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'

const HOSTILE = '\u001b[31m\u001b]0;title\u0007\u009b2J\u202e\r\n::error::not from the suite\n'

const server = createServer((request, response) => {
  const isDiscovery = request.url === '/v1'
  const document = {
    protocol: 'channel-protocol.v1',
    implementation: { name: HOSTILE, version: HOSTILE },
    profiles: ['core', HOSTILE, 'constructor', '__proto__'],
    limits: { client_id_bytes: 256, data_bytes: 32_767 },
    timings: { token_ttl_seconds: 7200 },
    origins: 'any',
    test_timings: true,
  }
  response.writeHead(isDiscovery ? 200 : 404, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(isDiscovery ? document : { title: HOSTILE, detail: HOSTILE }))
})

function answer(id: number, outcome: object): void {
  process.stdout.write(`${JSON.stringify({ id, ...outcome })}\n`)
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, start, stop } = JSON.parse(line) as { id: number; start?: object; stop?: object }
  if (start) {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      const url = `http://127.0.0.1:${port}`
      answer(id, { ready: { url, name: HOSTILE, version: HOSTILE } })
    })
  } else if (stop) {
    server.close()
    answer(id, { stopped: {} })
  } else answer(id, { unsupported: HOSTILE })
}
server.close()
server.closeAllConnections()
