/** The server that one writes first, to compare with: node:http and ws, no token, no key, no order, no receipt. */
import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

const clients = new Map<string, WebSocket>()

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://x')
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (text: string) => {
    body += text
  })
  request.on('end', () => {
    const isBatch = url.pathname === '/v1/batches'
    const delivered = isBatch ? sendEach(body) : sendToAll(receiversOf(url), body)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ delivered }))
  })
})

function receiversOf(url: URL): Iterable<WebSocket> {
  if (url.pathname === '/broadcast') return clients.values()
  const one = clients.get(url.searchParams.get('id') ?? '')
  return one ? [one] : []
}

function sendToAll(receivers: Iterable<WebSocket>, data: string): number {
  let delivered = 0
  for (const client of receivers) {
    client.send(data)
    delivered += 1
  }
  return delivered
}

function sendEach(body: string): number {
  const { messages } = JSON.parse(body) as { messages: { client_id: string; data: string }[] }
  let delivered = 0
  for (const { client_id: clientId, data } of messages) {
    const client = clients.get(clientId)
    if (client) delivered += sendToAll([client], data)
  }
  return delivered
}

new WebSocketServer({ server }).on('connection', (client, request) => {
  const id = new URL(request.url ?? '', 'http://x').searchParams.get('id') ?? ''
  clients.set(id, client)
  client.on('close', () => {
    if (clients.get(id) === client) clients.delete(id)
  })
  client.on('error', () => {})
})
server.keepAliveTimeout = 120_000
server.listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 })
