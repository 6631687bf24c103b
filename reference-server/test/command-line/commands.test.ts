import { DEVELOPMENT } from '@channel-protocol/schemas/registry'
import { afterEach, describe, expect, test } from 'vitest'
import { runCommand } from '../../command-line/commands.ts'
import { type Script, type StubService, startStubService } from './stub-service.ts'

const services: StubService[] = []

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()))
})

async function start(script: Script): Promise<StubService> {
  const service = await startStubService(script)
  services.push(service)
  return service
}

async function run(service: StubService | undefined, ...words: string[]) {
  const printed: string[] = []
  const complaints: string[] = []
  const surroundings = {
    print: (line: string) => printed.push(line),
    complain: (text: string) => complaints.push(text),
    signal: new AbortController().signal,
  }
  const url = service === undefined ? [] : ['--url', service.url]
  const code = await runCommand([...url, ...words], surroundings)
  return { code, printed, complained: complaints.join('') }
}

function tokenAnswer(url: string) {
  return {
    token: 'abc.def',
    client_id: 'ann',
    expires_at: '2027-01-15T08:00:00.000Z',
    connect_url: `${url.replace('http', 'ws')}/v1/connect`,
  }
}

const minting = (_: string, url: string): [number, unknown] => [201, tokenAnswer(url)]
const refusal = {
  type: 'https://channel-protocol.org/problems/invalid-application-key',
  title: 'A live application key is needed',
  status: 401,
  code: 'invalid-application-key',
}

describe('token', () => {
  test('it prints the answer and calls with the first development key', async () => {
    const service = await start({ answer: minting })
    const { code, printed } = await run(service, 'token', 'ann', '--ttl', '60')
    expect(code).toBe(0)
    expect(printed.map((line) => JSON.parse(line))).toEqual([tokenAnswer(service.url)])
    expect(service.received).toEqual([
      {
        call: 'POST /v1/tokens',
        authorization: `Bearer ${DEVELOPMENT.application_keys[0]}`,
        body: { client_id: 'ann', ttl_seconds: 60 },
      },
    ])
  })

  test('it prints the token alone with --quiet', async () => {
    const service = await start({ answer: minting })
    expect((await run(service, 'token', 'ann', '--quiet')).printed).toEqual(['abc.def'])
  })
})

describe('post', () => {
  const receipt = { id: '7-1', seq: 1, epoch: 7, connections: 1 }

  test('it prints the receipt', async () => {
    const service = await start({ answer: () => [200, receipt] })
    const { code, printed } = await run(service, '--key', 'k', 'post', 'ann', 'héllo 🐻')
    expect([code, printed]).toEqual([0, [JSON.stringify(receipt)]])
    expect(service.received).toEqual([
      {
        call: 'POST /v1/messages',
        authorization: 'Bearer k',
        body: { client_id: 'ann', data: 'héllo 🐻' },
      },
    ])
  })
})

describe('batch', () => {
  test('it prints a result for each client, one per line', async () => {
    const results = [
      { id: '7-1', seq: 1, epoch: 7, connections: 1 },
      { ...refusal, status: 429, code: 'rate-limited' },
    ]
    const service = await start({ answer: () => [200, { results }] })
    const { code, printed } = await run(service, 'batch', 'to both', 'ann', 'bob')
    expect([code, printed]).toEqual([0, results.map((result) => JSON.stringify(result))])
    const messages = ['ann', 'bob'].map((client_id) => ({ client_id, data: 'to both' }))
    expect(service.received).toMatchObject([{ call: 'POST /v1/batches', body: { messages } }])
  })
})

describe('broadcast', () => {
  test('it prints the receipt', async () => {
    const receipt = { id: '9-1', seq: 1, epoch: 9, connections: 3 }
    const service = await start({ answer: () => [200, receipt] })
    const { code, printed } = await run(service, 'broadcast', 'to everybody')
    expect([code, printed]).toEqual([0, [JSON.stringify(receipt)]])
    expect(service.received).toMatchObject([
      { call: 'POST /v1/broadcasts', body: { data: 'to everybody' } },
    ])
  })
})

describe('disconnect', () => {
  test.each([
    [[], false],
    [['--revoke'], true],
  ])('with %j it asks for it and prints the answer', async (options, revokes) => {
    const service = await start({ answer: () => [200, { connections: 1 }] })
    const { code, printed } = await run(service, 'disconnect', 'ann', ...options)
    expect([code, printed]).toEqual([0, ['{"connections":1}']])
    const body = { client_id: 'ann', revoke_tokens: revokes }
    expect(service.received).toMatchObject([{ call: 'POST /v1/disconnects', body }])
  })
})

describe('presence', () => {
  test('it prints the state of one client', async () => {
    const state = { client_id: 'a b', online: false, epoch: 7, version: 0 }
    const service = await start({ answer: () => [200, state] })
    const { printed } = await run(service, 'presence', 'a b')
    expect(printed).toEqual([JSON.stringify(state)])
    expect(service.received[0]?.call).toBe('GET /v1/presence?client_id=a+b')
  })

  test('it prints who is online, from every page, one per line', async () => {
    const [ann, bob] = ['ann', 'bob'].map((client_id) => ({ client_id, epoch: 7, version: 1 }))
    const service = await start({
      answer: (call) =>
        call.endsWith('?cursor=n%26xt')
          ? [200, { clients: [bob] }]
          : [200, { clients: [ann], next_cursor: 'n&xt' }],
    })
    const { code, printed } = await run(service, 'presence')
    expect([code, printed]).toEqual([0, [JSON.stringify(ann), JSON.stringify(bob)]])
  })
})

describe('listen', () => {
  const frames = [
    { type: 'welcome', seq: 0 },
    { type: 'message', id: '7-1', seq: 1, data: 'one' },
    { type: 'heartbeat' },
    { type: 'broadcast', id: '9-1', seq: 1, data: 'two' },
    { type: 'message', id: '7-3', seq: 3, data: 'three' },
  ]
  const connect: Script['connect'] = (socket) => {
    for (const frame of frames) socket.send(JSON.stringify(frame))
  }

  test('it mints, connects with the token and prints envelopes until the count is reached', async () => {
    const service = await start({ answer: minting, connect })
    const { code, printed } = await run(service, 'listen', 'ann', '--count', '2')
    expect([code, printed]).toEqual([0, frames.slice(0, 4).map((frame) => JSON.stringify(frame))])
    expect(service.offered).toEqual(['channel-protocol.v1,channel-token.abc.def'])
  })

  test('it connects with a token that it is given', async () => {
    const service = await start({ connect })
    const { connect_url } = tokenAnswer(service.url)
    const token = ['--token', 'given', '--connect-url', connect_url]
    const { code } = await run(service, 'listen', 'ann', '--count', '1', ...token)
    expect([code, service.received]).toEqual([0, []])
    expect(service.offered).toEqual(['channel-protocol.v1,channel-token.given'])
  })

  test('it goes on after a cursor, also where the connect URL has a query', async () => {
    const service = await start({ connect })
    const { connect_url } = tokenAnswer(service.url)
    const given = ['--token', 'given', '--count', '1', '--after', 'm-7.1~']
    await run(service, 'listen', 'ann', ...given, '--connect-url', connect_url)
    await run(service, 'listen', 'ann', ...given, '--connect-url', `${connect_url}?a=b`)
    expect(service.opened).toEqual(['/v1/connect?after=m-7.1%7E', '/v1/connect?a=b&after=m-7.1%7E'])
  })

  test('it says with which code and reason the service closed', async () => {
    const service = await start({
      answer: minting,
      connect: (socket) => socket.close(4009, 'replaced'),
    })
    const { code, complained } = await run(service, 'listen', 'ann')
    expect([code, complained]).toEqual([1, 'closed 4009 replaced\n'])
  })

  test.each(['null', 'no json'])('it gives up on a frame such as %s', async (frame) => {
    const service = await start({ answer: minting, connect: (socket) => socket.send(frame) })
    const { code, complained } = await run(service, 'listen', 'ann')
    expect([code, complained]).toEqual([1, expect.stringContaining('no JSON object')])
  })

  test('it says why the service refused the upgrade', async () => {
    const service = await start({
      answer: minting,
      refuseUpgrade: [503, { code: 'over-capacity' }],
    })
    const { code, complained } = await run(service, 'listen', 'ann')
    expect([code, complained]).toEqual([1, '503 over-capacity\n'])
  })

  test('it ends well when it is interrupted', async () => {
    const interrupted = new AbortController()
    const service = await start({ answer: minting, connect })
    const code = await runCommand(['--url', service.url, 'listen', 'ann'], {
      print: () => interrupted.abort(),
      complain: () => undefined,
      signal: interrupted.signal,
    })
    expect(code).toBe(0)
  })
})

describe('failures', () => {
  test('a refusal is one line with status, code and words', async () => {
    const service = await start({ answer: () => [401, refusal] })
    const { code, complained } = await run(service, 'post', 'ann', 'x')
    const line = '401 invalid-application-key: A live application key is needed\n'
    expect([code, complained]).toEqual([1, line])
  })

  test('a server of something else is recognised', async () => {
    const service = await start({})
    const { code, complained } = await run(service, 'post', 'ann', 'x')
    expect(code).toBe(1)
    expect(complained).toMatch(/^404 without a problem document: .*\n$/)
  })

  test('an answer that is not what the protocol says is named', async () => {
    const service = await start({ answer: () => [200, { id: 1 }] })
    const { code, complained } = await run(service, 'post', 'ann', 'x')
    expect(code).toBe(1)
    expect(complained).toContain('/v1/messages answered what is no Receipt: ')
  })

  test('a closed port is one line that says how to start a service', async () => {
    const service = await start({})
    await services.pop()?.stop()
    const { code, complained } = await run(service, 'token', 'ann')
    expect(code).toBe(1)
    expect(complained).toMatch(/^no service answers at http:\/\/127\.0\.0\.1:\d+: start one .*\n$/)
  })

  test.each([
    ['an unknown command', ['pst', 'ann', 'x']],
    ['a missing argument', ['post', 'ann']],
    ['a time to live that is no number', ['token', 'ann', '--ttl', 'long']],
    ['an address without a scheme', ['--url', 'localhost:8080', 'token', 'ann']],
    ['a token without its connect_url', ['listen', 'ann', '--token', 'abc']],
  ])('%s is not understood: exit code 2', async (_what, words) => {
    const { code, complained } = await run(undefined, ...words)
    expect(code).toBe(2)
    expect(complained).toMatch(/^error: /)
  })

  test('--help names every command', async () => {
    const { code, printed } = await run(undefined, '--help')
    expect(code).toBe(0)
    for (const command of ['token', 'listen', 'post', 'presence']) {
      expect(printed.join('\n')).toContain(`\n  ${command} `)
    }
  })
})
