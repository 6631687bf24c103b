/** Checks that a request is treated alike however it is spelt. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { answeredAs, treatedLike } from '../judges/call.ts'
import { all } from '../judges/finding.ts'

/** Bodies with the same members, as no library writes them; `data` may stand anywhere. */
const SPELLINGS: Readonly<Record<string, (id: string, data: string) => string>> = {
  'other order': (id, data) => `{"data":"${data}","client_id":"${id}"}`,
  'white space': (id, data) => `\r\n\t{ "client_id"\n:\t"${id}" ,\r\n "data" :\n\n"${data}"\t}\n `,
  'escaped values': (id, data) =>
    `{"client_id":"\\u0063${id.slice(1)}","data":"${escapeAll(data)}"}`,
  'escaped names': (id, data) =>
    `{"cl\\u0069ent_id":"${id}","d\\u0061t\\u0061":"${data}","\\u006Eew":"\\/"}`,
}

function escapeAll(text: string): string {
  return Array.from(
    text,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ).join('')
}

/** The same token request and post in other heads and framings. */
const FRAMINGS: Readonly<Record<string, (drive: Drive, path: string, body: string) => Buffer>> = {
  chunks: (drive, path, body) => {
    const half = Math.ceil(body.length / 2)
    const chunks = [body.slice(0, half), body.slice(half)].map(
      (chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`,
    )
    const headers = { 'Content-Length': '', 'Transfer-Encoding': 'chunked' }
    return drive.callRequest('POST', path, headers, `${chunks.join('')}0\r\n\r\n`)
  },
  capitals: (drive, path, body) => rename(drive, path, body, (name) => name.toUpperCase()),
  'small letters': (drive, path, body) => rename(drive, path, body, (name) => name.toLowerCase()),
  'other order': (drive, path, body) => {
    const [head = '', rest = ''] = plain(drive, path, body).split('\r\n\r\n')
    const [line, ...fields] = head.split('\r\n')
    return Buffer.from(`${[line, ...fields.reverse()].join('\r\n')}\r\n\r\n${rest}`)
  },
}

function plain(drive: Drive, path: string, body: string): string {
  return drive.callRequest('POST', path, {}, body).toString()
}

function rename(
  drive: Drive,
  path: string,
  body: string,
  change: (name: string) => string,
): Buffer {
  return Buffer.from(plain(drive, path, body).replace(/^[\w-]+(?=: )/gm, change))
}

const TOKEN = ['plain token', 201, 'TokenAnswer'] as const
const MESSAGE = ['plain message', 200, 'Receipt'] as const

/** In the order of the chapter. */
export const PROBLEM_SPELLING_CHECKS: readonly Check[] = [
  {
    id: 'problem.json-spelling.alike',
    proves: 'problem.json.alike',
    drive: async (drive) => {
      const id = drive.clientId()
      const json = { client_id: id, data: 'hello' }
      if (!(await drive.call('plain token', 'POST', '/v1/tokens', { json }))) return
      await drive.call('plain message', 'POST', '/v1/messages', { json })
      for (const [as, spell] of Object.entries(SPELLINGS)) {
        const body = spell(id, 'hello')
        await drive.call(`${as} token`, 'POST', '/v1/tokens', { body })
        await drive.call(`${as} message`, 'POST', '/v1/messages', { body })
      }
    },
    control: all(answeredAs(...TOKEN), answeredAs(...MESSAGE)),
    judge: all(
      ...Object.keys(SPELLINGS).flatMap((as) => [
        treatedLike(`${as} token`, 'plain token'),
        treatedLike(`${as} message`, 'plain message'),
      ]),
    ),
    killedBy: ['refuses-escaped-names', 'wants-client-id-first'],
  },
  {
    id: 'problem.request-spelling.alike',
    proves: 'problem.request.alike',
    drive: async (drive) => {
      const body = JSON.stringify({ client_id: drive.clientId(), data: 'hello' })
      if (!(await drive.call('plain token', 'POST', '/v1/tokens', { body }))) return
      await drive.call('plain message', 'POST', '/v1/messages', { body })
      for (const [as, frame] of Object.entries(FRAMINGS)) {
        for (const [noun, path] of Object.entries({
          token: '/v1/tokens',
          message: '/v1/messages',
        })) {
          const connection = await drive.raw(`${as} ${noun}`)
          connection.write(frame(drive, path, body))
          await connection.answer()
          connection.drop()
        }
      }
    },
    control: all(answeredAs(...TOKEN), answeredAs(...MESSAGE)),
    judge: all(
      ...Object.keys(FRAMINGS).flatMap((as) => [
        treatedLike(`${as} token`, 'plain token'),
        treatedLike(`${as} message`, 'plain message'),
      ]),
    ),
    killedBy: ['wants-length-of-token-requests', 'overlooks-shouted-headers'],
  },
]
