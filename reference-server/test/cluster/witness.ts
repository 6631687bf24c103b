/** A client of several nodes that writes down what it sees; it alone knows what it was promised and what it was told is lost. */
import { WebSocket } from 'ws'
import type { ServiceProcess } from '../start-process.ts'

/** A place in the messages of a client id. */
export interface Place {
  epoch: number
  seq: number
}

/** Something that the protocol forbids, in words. */
export type Complaint = string

/** What a witness saw. */
export interface Witness {
  readonly clientId: string
  /** Where its connection is, or was last. */
  node: ServiceProcess
  /** Ids of all messages that arrived. */
  readonly arrived: Set<string>
  /** What was out of order, or came twice, or is missing without a word. */
  readonly complaints: Complaint[]
  /** Places from which on, up to the welcome, it was told that something may be lost. */
  readonly losses: { after: Place | undefined; upTo: Place }[]
  /** Codes with which its connections ended. */
  readonly closes: number[]
  /** Connections on which it was welcomed. */
  welcomes: number
  /** Whether it is welcomed at the moment. */
  isThere(): boolean
  /** From now on it does not come back. */
  resign(): void
  /** Resigns, and breaks its connection off. */
  leave(): void
}

interface Envelope {
  type: string
  id?: string
  epoch?: number
  seq?: number
  resumed?: boolean
  cursor?: string
}

/** Wait before it tries again where nobody lets it in. */
const AGAIN_MS = 100

/**
 * A client that is connected to one of these nodes as long as one lives, and comes back with its cursor.
 * @param isUp whether a node is one to try
 */
export function makeWitness(
  clientId: string,
  nodes: readonly ServiceProcess[],
  first: number,
  isUp: (node: ServiceProcess) => boolean,
): Witness {
  let place: Place | undefined
  let cursor = ''
  let socket: WebSocket | undefined
  let isGone = false
  let isWelcomed = false
  let turn = first

  const witness: Witness = {
    clientId,
    node: nodes[first] as ServiceProcess,
    arrived: new Set(),
    complaints: [],
    losses: [],
    closes: [],
    welcomes: 0,
    isThere: () => isWelcomed,
    resign: () => {
      isGone = true
    },
    leave: () => {
      isGone = true
      socket?.terminate()
    },
  }

  function takeWelcome({ epoch = 0, seq = 0, resumed, cursor: newest = '' }: Envelope): void {
    const welcomed = { epoch, seq }
    const isSame = place?.epoch === epoch && place.seq === seq
    if (resumed && !isSame)
      witness.complaints.push(`resumed behind ${epoch}/${seq}, and it was at ${show(place)}`)
    if (!resumed && !isSame) witness.losses.push({ after: place, upTo: welcomed })
    if (place && epoch < place.epoch) witness.complaints.push(`epoch ${epoch} after ${place.epoch}`)
    place = welcomed
    cursor ||= newest
    isWelcomed = true
    witness.welcomes += 1
  }

  function takeMessage({ id = '', seq = 0 }: Envelope): void {
    if (witness.arrived.has(id)) witness.complaints.push(`${id} came twice`)
    if (place && seq !== place.seq + 1) witness.complaints.push(`seq ${seq} after ${show(place)}`)
    witness.arrived.add(id)
    if (place) place.seq = seq
    cursor = id
  }

  async function connect(): Promise<void> {
    while (!isGone) {
      const node = nodes[turn % nodes.length] as ServiceProcess
      turn += 1
      if (isUp(node) && (await open(node))) return
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
  }

  /** Resolves when the connection is open; with false where this node gives none. */
  async function open(node: ServiceProcess): Promise<boolean> {
    const token = await node.mint(clientId).catch(() => undefined)
    if (!token || token === 'undefined' || isGone) return false
    const query = cursor === '' ? '' : `?after=${cursor}`
    const url = `${node.baseUrl.replace('http', 'ws')}/v1/connect${query}`
    const opened = new WebSocket(url, ['channel-protocol.v1', `channel-token.${token}`])
    socket = opened
    witness.node = node
    opened.on('message', (data) => {
      const envelope = JSON.parse(String(data)) as Envelope
      if (envelope.type === 'welcome') takeWelcome(envelope)
      if (envelope.type === 'message') takeMessage(envelope)
    })
    opened.on('error', () => {})
    opened.on('close', (code) => {
      isWelcomed = false
      witness.closes.push(code)
      void connect()
    })
    return true
  }

  void connect()
  return witness
}

function show(place: Place | undefined): string {
  return place ? `${place.epoch}/${place.seq}` : 'nothing'
}
