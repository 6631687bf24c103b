/** A channel in fake surroundings: it alone writes down what its page was told. */
import {
  Channel,
  type ChannelEvents,
  type TokenAnswer,
  type Transport,
} from '../../client/index.ts'
import { type FakeSurroundings, makeFakeSurroundings } from './fake-surroundings.ts'

/** What a page was told, in one word and its members. */
export type Told = [name: string, ...members: unknown[]]

/** A channel under test. */
export interface TestChannel {
  channel: Channel
  page: FakeSurroundings
  told: Told[]
  /** `isFresh` of each call of the token callback. */
  asked: boolean[]
}

/** How a test's channel differs from others. */
export interface Wishes {
  transport?: Transport
  token?: (wish: { isFresh: boolean }) => TokenAnswer | Promise<TokenAnswer>
  /** Where no WebSocket can be made at all. */
  hasNoWebSocket?: true
}

/** The answer of a token callback. */
export const tokenAnswer: TokenAnswer = {
  token: 't0k.en',
  connect_url: 'ws://service.test/v1/connect',
}

/** Writes down each event of a channel. */
export function record(channel: Channel): Told[] {
  const told: Told[] = []
  const note =
    <Name extends keyof ChannelEvents>(
      name: Name,
      read: (event: ChannelEvents[Name]) => unknown[],
    ) =>
    (event: ChannelEvents[Name]): void => {
      told.push([name, ...read(event)])
    }
  channel.onopen = note('open', ({ resumed }) => [resumed])
  channel.onresumed = note('resumed', ({ resumed }) => [resumed])
  channel.onmessage = note('message', ({ data }) => [data])
  channel.onbroadcast = note('broadcast', ({ data }) => [data])
  channel.onreconnecting = note('reconnecting', ({ code, delayMs }) => [code, delayMs])
  channel.onerror = note('error', ({ code, reason }) => [code, reason])
  channel.onclose = note('close', ({ code, reason }) => [code, reason])
  return told
}

/** Makes a channel and lets it begin its first attempt. */
export async function openChannel(wishes: Wishes = {}): Promise<TestChannel> {
  const { transport, token, hasNoWebSocket } = wishes
  const page = makeFakeSurroundings()
  if (hasNoWebSocket)
    page.openWebSocket = () => {
      throw new TypeError('WebSocket is not a constructor')
    }
  const asked: boolean[] = []
  const channel = new Channel({
    token: (wish) => {
      asked.push(wish.isFresh)
      return token ? token(wish) : tokenAnswer
    },
    ...(transport ? { transport } : {}),
    surroundings: page,
  })
  const told = record(channel)
  await page.settle()
  return { channel, page, told, asked }
}

/** Makes a channel that was welcomed; what it was told until then is forgotten. */
export async function openWelcomed(
  members: object = {},
  wishes: Wishes = {},
): Promise<TestChannel> {
  const test = await openChannel(wishes)
  test.page.last().welcome(members)
  test.told.length = 0
  return test
}
