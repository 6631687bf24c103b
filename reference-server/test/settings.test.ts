import { DEVELOPMENT, LIMITS, TIMINGS } from '@channel-protocol/schemas/registry'
import { expect, test } from 'vitest'
import { HelpWanted, readSettings, SettingError } from '../src/settings.ts'

const OWN = ['--application-key', 'a-key-for-tests-only']

test('nothing configured on loopback means the development credentials', () => {
  const settings = readSettings([], {})
  expect(settings).toMatchObject({ host: '127.0.0.1', port: 8080, development: true })
  expect(settings.applicationKeys).toEqual(DEVELOPMENT.application_keys)
  expect(settings.webhookTargets?.started).toBe('http://127.0.0.1:9090/_ah/channel/started/')
  expect(settings.profiles).toEqual([
    'core',
    'presence',
    'presence-sync',
    'robust',
    'broadcast',
    'sockets',
    'batch',
    'resume',
    'sse',
    'idempotency',
    'control',
    'gae',
  ])
})

test('an own key on loopback turns every development default off', () => {
  const settings = readSettings(OWN, {})
  expect(settings).toMatchObject({ development: false, webhookTargets: undefined, origins: [] })
  expect(settings.profiles.filter((name) => /presence|sockets/.test(name))).toEqual([])
})

test('sockets are offered exactly where their webhooks have somewhere to go', () => {
  const own = [...OWN, '--webhook-secret', DEVELOPMENT.webhook_secrets[0]]
  const urlsOf = (events: string[]): string[] =>
    events.flatMap((event) => [`--webhook-${event}-url`, `http://127.0.0.1:9/${event}`])
  const presence = urlsOf(['connected', 'disconnected', 'started'])
  const sockets = urlsOf(['handshake', 'message', 'closed'])
  expect(readSettings([...own, ...presence], {}).profiles).not.toContain('sockets')
  const both = readSettings([...own, ...presence, ...sockets], {})
  expect(both.profiles).toContain('sockets')
  expect(both.socketTargets?.closed).toBe('http://127.0.0.1:9/closed')
  expect(() => readSettings([...own, ...sockets], {})).toThrow('--application-base')
  expect(() => readSettings([...own, ...presence, ...sockets.slice(2)], {})).toThrow(
    'some webhook URLs are missing',
  )
})

test('a flag outranks its variable, and both are read alike', () => {
  expect(readSettings([], { CHANNEL_PORT: '1234' }).port).toBe(1234)
  expect(readSettings(['--port', '4321'], { CHANNEL_PORT: '1234' }).port).toBe(4321)
  const env = { CHANNEL_APPLICATION_KEY: 'first-key-for-tests,second-key-for-tests' }
  expect(readSettings([], env).applicationKeys).toHaveLength(2)
})

test('test timings take the column of tests and allow its floors', () => {
  const { timings, limits } = readSettings(['--test-timings', '--heartbeat-seconds', '0.3'], {})
  expect(timings).toMatchObject({
    heartbeat_seconds: 0.3,
    presence_grace_seconds: TIMINGS.presence_grace_seconds.test,
  })
  expect(limits.presence_page).toBe(LIMITS.presence_page.test)
})

test.each([
  [['--port', 'x'], '--port: x is not a number'],
  [['--port', '70000'], '70000 is not a port'],
  [['--nonsense'], "unknown option '--nonsense'"],
  [
    ['--heartbeat-seconds', '1'],
    '--heartbeat-seconds 1 is not from 5 to 60 without --test-timings',
  ],
  [['--heartbeat-seconds', '61', '--test-timings'], 'is not from 0.2 to 60'],
  [['--presence-page', '0'], '--presence-page 0 is not from 1 to 1000'],
  [['--profiles', 'sorcery'], '--profiles: sorcery is not one of core'],
  [['--profiles', 'core,cluster'], 'cluster is not offered with a broker that nodes do not share'],
  [['--profiles', 'core,presence-sync'], 'presence-sync needs presence'],
  [['--application-key', 'short'], '--application-key: is not 16 or more'],
  [['--webhook-secret', 'secret'], '--webhook-secret: a webhook secret is whsec_'],
  [['--origin', 'page.example'], 'is not an origin'],
  [['--broker', 'mysql://x'], '--broker: is neither memory, nor sqlite: and a file'],
  [['--broker', 'sqlite:'], '--broker: names no file'],
  [['--broker', 'sqlite://file'], '--broker: names no file'],
  [['--broker', 'redis://host:99999'], '--broker: is no address such as redis://127.0.0.1:6379/0'],
  [['--broker', 'redis://host/one'], '--broker: names no database'],
  [['--broker', 'redis://:50%@host'], '--broker: has a password that is not percent-encoded'],
  [['--base-url', 'ftp://x'], '--base-url: is not an http or https URL'],
  [[...OWN, '--application-base', 'http://a.example'], 'webhooks need --webhook-secret'],
  [[...OWN, '--webhook-started-url', 'http://a.example'], 'some webhook URLs are missing'],
  [['--host', '0.0.0.0'], 'give --base-url'],
  [['--host', '192.0.2.1'], 'no application key'],
  [['--base-url', 'https://push.example'], 'no application key'],
  [
    ['--base-url', 'https://push.example', '--application-key', DEVELOPMENT.application_keys[1]],
    'the published development credentials are refused',
  ],
  [
    [...OWN, '--host', '192.0.2.1', '--webhook-secret', DEVELOPMENT.webhook_secrets[0]],
    'the published development credentials are refused',
  ],
])('%j is refused in one line', (argv, line) => {
  let caught: unknown
  try {
    readSettings(argv, {})
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(SettingError)
  expect((caught as Error).message).toContain(line)
  expect((caught as Error).message).not.toContain('\n')
})

test('help lists every setting with its variable, default and unit', () => {
  let help = ''
  try {
    readSettings(['--help'], {})
  } catch (error) {
    expect(error).toBeInstanceOf(HelpWanted)
    help = (error as Error).message.replaceAll(/\s+/g, ' ')
  }
  for (const part of ['--port', 'CHANNEL_PORT', '--drain-seconds', 'In seconds, 1 to 300', '8080'])
    expect(help).toContain(part)
})

test.each([
  [['--application-key', 'a-key-for-tests-only', 'planted-key-without-flag']],
  [['--application-key', 'planted']],
  [['--webhook-secret', 'whsec_planted']],
  [['--signing-key', 'planted']],
  [['--base-url', 'https://user:planted@push.example']],
  [['--application-base', 'https://user:planted@app.example']],
  [['--broker', 'planted://user:planted@host']],
  [['--broker', 'redis://:planted@host:99999']],
  [['--broker', 'redis://:planted%zz@host']],
  [['--broker', 'redis://:planted@host/planted']],
])('no wrong secret is repeated: %j', (argv) => {
  expect(() => readSettings(argv, {})).toThrow(SettingError)
  expect(() => readSettings(argv, {})).not.toThrow(/planted/)
})

test('trusted proxies are addresses and networks, and believed in one header', () => {
  expect(readSettings([], {})).toMatchObject({
    trustedProxies: [],
    forwardedHeader: 'x-forwarded-for',
  })
  const env = { CHANNEL_TRUSTED_PROXY: '10.0.0.0/8,::1', CHANNEL_FORWARDED_HEADER: 'Forwarded' }
  expect(readSettings([], env)).toMatchObject({
    trustedProxies: ['10.0.0.0/8', '::1'],
    forwardedHeader: 'forwarded',
  })
  expect(() => readSettings(['--trusted-proxy', 'proxy'], {})).toThrow('neither an address nor')
  expect(() => readSettings(['--forwarded-header', 'x-real-ip'], {})).toThrow('neither forwarded')
})

test.each([
  ['memory', { kind: 'memory' }],
  ['sqlite:./some folder/channel.db', { kind: 'sqlite', file: './some folder/channel.db' }],
  ['redis://127.0.0.1:6379/2', { kind: 'redis', url: 'redis://127.0.0.1:6379/2' }],
])('the broker %s is read', (text, broker) => {
  expect(readSettings(['--broker', text], {}).broker).toEqual(broker)
  expect(readSettings([], { CHANNEL_BROKER: text }).broker).toEqual(broker)
})
