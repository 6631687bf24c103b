/** What pages and programs import: the channel of a client, and what it tells. */
export type {
  ChannelEnd,
  ChannelEvents,
  ChannelMessage,
  ChannelOptions,
  ChannelTarget,
} from './channel.ts'
export { Channel } from './channel.ts'
export type { AskToken, TokenAnswer } from './keeper.ts'
export type { Surroundings, WebSocketPort } from './surroundings.ts'
export type { Transport } from './transports.ts'
