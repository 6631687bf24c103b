/** What the soak and the processes of its clients say to each other; it alone knows the words. */
import type { TokenAnswer } from '../client/keeper.ts'
import type { Transport } from '../client/transports.ts'

/** What a process of clients is told. */
export type Order =
  | { do: 'listen'; channel: number; transport: Transport }
  /** Ends a channel with a goodbye. */
  | { do: 'leave'; channel: number }
  /** Breaks the connection of a channel, which comes back by itself. */
  | { do: 'drop'; channel: number }
  /** The answer to `token`; nothing where the service did not give one. */
  | { do: 'connect'; channel: number; call: number; answer: TokenAnswer | undefined }
  | { do: 'open-socket'; socket: number; url: string }
  | { do: 'say'; socket: number; text: string }
  | { do: 'close-socket'; socket: number }

/** What a process of clients tells. */
export type Word =
  | { told: 'token'; channel: number; call: number }
  | { told: 'welcome'; channel: number; isWhole: boolean }
  | { told: 'message' | 'broadcast'; channel: number; id: string; text: string }
  | { told: 'away'; channel: number }
  | { told: 'over'; channel: number; code: number; reason: string }
  | { told: 'socket-text'; socket: number; text: string }
  | { told: 'socket-over'; socket: number; code: number }
