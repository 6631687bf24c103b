/** The notes for one test: a service that only notes what it is asked, and a clock that stands still. */
import {
  type Channel,
  type DisconnectedWebhook,
  InvalidMessageError,
} from '@channel-protocol/reference-server/application'
import { makeNotesSample, type NotesParts } from '../../demos/notes/sample.ts'
import type { Note } from '../../demos/notes/store.ts'
import { openStore } from '../../demos/store.ts'
import { makeFakeClock } from '../fake-clock.ts'

export const ORIGIN = 'http://127.0.0.1:8080'

/** The notes of a test, and what they did. */
export type TestNotes = ReturnType<typeof startNotes>

/** Makes the notes with a store in memory. */
export function startNotes(changes: Partial<NotesParts> = {}) {
  const clock = makeFakeClock()
  const minted: { clientId: string; minutes: number | undefined }[] = []
  const pushed: { clientId: string; text: string }[] = []
  const complaints: string[] = []
  let isRefusing = false
  const sample = makeNotesSample({
    application: {
      async createChannel(clientId, minutes): Promise<Channel> {
        minted.push({ clientId, minutes })
        const expiresAt = new Date(clock.nowMs() + (minutes ?? 0) * 60_000).toISOString()
        return { token: `t${minted.length}`, clientId, connectUrl: 'ws://x/v1/connect', expiresAt }
      },
      async sendMessage(clientId, text) {
        if (isRefusing) throw new InvalidMessageError('refused')
        pushed.push({ clientId, text })
        return { id: 'm', seq: 1, epoch: 1, connections: 1 }
      },
    },
    origin: ORIGIN,
    store: openStore(),
    clock,
    complain: (message) => complaints.push(message),
    ...changes,
  })

  const call = (
    path: string,
    init: RequestInit & { address?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> => {
    const { address = '127.0.0.1', ...request } = init
    const incoming = { socket: { remoteAddress: address } }
    return Promise.resolve(sample.routes.request(`${ORIGIN}${path}`, request, { incoming }))
  }

  async function signIn(user: string, headers: Record<string, string> = {}): Promise<string> {
    const body = new URLSearchParams({ user })
    const answer = await call('/notes/sign-in', {
      method: 'POST',
      headers: { origin: ORIGIN, ...headers },
      body,
    })
    const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';')
    return cookie
  }

  const openPage = async (cookie: string, page?: string): Promise<string> => {
    const query = page === undefined ? '' : `?page=${page}`
    const answer = await call(`/notify_token${query}`, { headers: { cookie } })
    return ((await answer.json()) as { client_id: string }).client_id
  }

  const mail = (body: string, headers: Record<string, string> = {}, address?: string) =>
    call('/_ah/mail/create@example.org', {
      method: 'POST',
      body,
      headers: { 'content-type': 'message/rfc822', ...headers },
      ...(address === undefined ? {} : { address }),
    })

  const list = async (cookie: string): Promise<Note[]> => {
    const answer = await call('/notes/list', { headers: { cookie } })
    return ((await answer.json()) as { notes: Note[] }).notes
  }

  let version = 0
  const report = (event: 'connected' | 'disconnected', clientId: string): Promise<void> => {
    version += 1
    const common = { webhookId: `w${version}`, epoch: 1, version, connectionId: 'c', clientId }
    const gone: DisconnectedWebhook = { ...common, event: 'disconnected', reason: 'lost' }
    return sample.take(event === 'connected' ? { ...common, event } : gone, raw)
  }

  return {
    sample,
    clock,
    minted,
    pushed,
    complaints,
    call,
    signIn,
    openPage,
    mail,
    list,
    report,
    refuse: () => {
      isRefusing = true
    },
  }
}

const raw = { headers: {}, body: '' }

/** A message of plain text. */
export function writeMail(from: string, subject = 'Shopping', text = 'Milk'): string {
  return [`From: ${from}`, `Subject: ${subject}`, '', text, ''].join('\r\n')
}
