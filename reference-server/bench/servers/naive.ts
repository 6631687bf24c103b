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
    const one = clients.get(url.searchParams.get('id') ?? '')
    const receivers = url.pathname === '/broadcast' ? clients.values() : one ? [one] : []
    let delivered = 0
    for (const client of receivers) {
      client.send(body)
      delivered += 1
    }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ delivered }))
  })
})

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
