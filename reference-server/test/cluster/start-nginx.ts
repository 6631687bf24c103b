/** An nginx of one test in front of several nodes: round robin, without a memory of who was where. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { findFreePort } from '../../demos/free-port.ts'

/** Starts nginx and answers where it listens; it ends with the test. */
export async function startNginx(bases: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'channel-nginx-'))
  const port = await findFreePort('127.0.0.1')
  const file = join(folder, 'nginx.conf')
  await writeFile(file, configure(folder, port, bases))
  const nginx = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const ended = once(nginx, 'exit')
  onTestFinished(async () => {
    nginx.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true })
  })
  const url = `http://127.0.0.1:${port}`
  await vi.waitFor(() => fetch(`${url}/v1`), { timeout: 10_000, interval: 50 })
  return url
}

function configure(folder: string, port: number, bases: readonly string[]): string {
  const servers = bases.map((base) => `server ${new URL(base).host} max_fails=1 fail_timeout=1s;`)
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
pid ${folder}/pid;
worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off;
  ${places.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  upstream nodes { ${servers.join(' ')} }
  map $http_upgrade $connection_header { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://nodes;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
      proxy_read_timeout 1h;
      proxy_next_upstream error timeout;
    }
  }
}
`
}
