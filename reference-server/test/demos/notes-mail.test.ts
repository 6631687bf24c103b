import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { expect, onTestFinished, test } from 'vitest'
import { composeMail } from '../../demos/notes/compose-mail.ts'
import { runProgram } from '../run-program.ts'
import { startNotes, writeMail } from './notes-parts.ts'

const ada = 'ada@example.org'
const secret = 'a gateway proves itself with this'

test('without a secret, only programs on this machine are the mail gateway', async () => {
  const { mail } = startNotes()
  const message = writeMail(ada)
  expect((await mail(message, {}, '::1')).status).toBe(204)
  expect((await mail(message, {}, '::ffff:127.0.0.1')).status).toBe(204)
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '', 'unix'])
    expect((await mail(message, {}, address)).status).toBe(403)
})

test('a page of any origin, and what a proxy passes on, is no mail gateway', async () => {
  const { mail } = startNotes()
  const headers = ['origin', 'sec-fetch-site', 'forwarded', 'x-forwarded-for', 'x-real-ip', 'via']
  for (const header of headers)
    expect((await mail(writeMail(ada), { [header]: 'http://127.0.0.1:8080' })).status).toBe(403)
})

test('a demo that others can reach takes mail with its secret alone', async () => {
  const open = startNotes({ origin: 'https://demo.example.org' })
  expect((await open.mail(writeMail(ada))).status).toBe(403)
  const { mail } = startNotes({ origin: 'https://demo.example.org', mailSecret: secret })
  expect((await mail(writeMail(ada))).status).toBe(403)
  expect((await mail(writeMail(ada), { authorization: 'Bearer wrong' })).status).toBe(403)
  const headers = { authorization: `Bearer ${secret}`, 'x-forwarded-for': '192.0.2.1' }
  expect((await mail(writeMail(ada), headers, '192.0.2.1')).status).toBe(204)
})

test('an address or a subject puts no header into a message', () => {
  const letter = { from: ada, to: 'create@example.org', subject: '', text: '', files: [] }
  for (const address of ['', 'ada', 'a@b\r\nX: y', 'a@b, c@d', '<a@b>'])
    expect(() => composeMail({ ...letter, from: address }, new Date(0))).toThrow('is no address')
  const mail = composeMail({ ...letter, subject: 'a\r\nX-Other: b' }, new Date(0))
  expect(mail).not.toContain('X-Other')
  expect(Math.max(...mail.split('\r\n').map((line) => line.length))).toBeLessThan(79)
})

test('the command line sends text and a file, and says why it is refused', async () => {
  const { sample, signIn, list } = startNotes()
  const server = createAdaptorServer({ fetch: sample.routes.fetch }) as Server
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const program = '../demos/notes/mail.ts'
  const flags = ['--url', url, '--subject', 'Süß', '--text', 'Milk\nBread']
  const file = new URL('../../package.json', import.meta.url).pathname
  const sent = await runProgram(program, [...flags, '--from', ada, '--attach', file]).ended
  expect(sent).toMatchObject({ code: 0, errors: '' })
  expect(await list(await signIn('ada'))).toMatchObject([
    { title: 'Süß', body: 'Milk\nBread', attachments: [{ name: 'package.json' }] },
  ])
  const refused = await runProgram(program, [...flags, '--from', 'eve@example.org']).ended
  expect(refused.code).toBe(1)
  expect(refused.errors).toBe('mail: refused with 403: the sender is no user of the notes\n')
  const help = await runProgram(program, ['--help']).ended
  expect(help.output).toContain(ada)
})
