/** Names in the shared store: it alone knows the key of everything that is kept there. */

/** The keys and channels of one generation of the store. */
export interface Names {
  /** Stands before every key. */
  prefix: string
  /** Counters and presence of a client id; what else is kept of it has the same hash slot. */
  client(clientId: string): string
  /** What is published about a client id. */
  clientChannel(clientId: string): string
  /** The generation of a client id's tokens. */
  tokens(clientId: string): string
  /** Counters of broadcasts. */
  broadcasts: string
  broadcastChannel: string
  /** Online clients by arrival. */
  online: string
  /** Connections of each node. */
  counts: string
  /** Nodes that entered and did not leave. */
  nodes: string
  lease(node: string): string
  /** Client ids whose connection, or grace, a node has. */
  held(node: string): string
  /** Client ids whose newest state a node owes to the application. */
  owed(node: string): string
  /** What nodes say to one of them. */
  nodeChannel(node: string): string
  /** A post with a key. */
  post(scope: string): string
}

const ROOT = 'channel-protocol'

/** The key of the one record that says which generation of the store is the present one. */
export function nameStore(database: number): string {
  return `${ROOT}:${database}:store`
}

/** The key of the secrets that all nodes share, which outlive a generation. */
export function nameSecrets(database: number): string {
  return `${ROOT}:${database}:secrets`
}

/** The prefix of a generation. Channels are known by it too, as those of all databases are the same. */
export function namePrefix(database: number, generation: string): string {
  return `${ROOT}:${database}:${generation}`
}

/** The names of a generation. */
export function makeNames(database: number, generation: string): Names {
  const prefix = namePrefix(database, generation)
  const client = (clientId: string): string => `${prefix}:{${tag(clientId)}}`
  const broadcasts = `${prefix}:{}broadcasts`
  return {
    prefix,
    client,
    clientChannel: client,
    tokens: (clientId) => `${client(clientId)}:tokens`,
    broadcasts,
    broadcastChannel: broadcasts,
    online: `${prefix}:online`,
    counts: `${prefix}:counts`,
    nodes: `${prefix}:nodes`,
    lease: (node) => `${prefix}:lease:${node}`,
    held: (node) => `${prefix}:held:${node}`,
    owed: (node) => `${prefix}:owed:${node}`,
    nodeChannel: (node) => `${prefix}:node:${node}`,
    post: (scope) => `${prefix}:post:${scope}`,
  }
}

/** A client id where it may stand between braces, which end a hash tag. */
function tag(clientId: string): string {
  return clientId.replaceAll('%', '%25').replaceAll('}', '%7D')
}
