import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { readDiscovery } from '../../src/target/url.ts'

const DOCUMENT = { profiles: ['core'], limits: { connections: 3 } }

/** What is read where a service answers with these statuses, one after the other, and then always with the last. */
async function readFrom(...statuses: readonly number[]): Promise<unknown> {
  let asked = 0
  const server = createServer((_request, response) => {
    const status = statuses[Math.min(asked, statuses.length - 1)] ?? 200
    asked += 1
    response.writeHead(status, { connection: 'close' })
    response.end(JSON.stringify(status === 200 ? DOCUMENT : { status }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await readDiscovery(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
  }
}

describe('readDiscovery', () => {
  test('a request that was too slow for the service is made again', async () => {
    expect(await readFrom(408, 408, 200)).toEqual(DOCUMENT)
  })

  test('a service that finds every request too slow is not taken for one with the limits of the registry', async () => {
    await expect(readFrom(408)).rejects.toThrow(/answers 408/)
  })

  test('a service that is unavailable is not taken for one with the limits of the registry', async () => {
    await expect(readFrom(503, 200)).rejects.toThrow(/answers 503/)
  })
})
