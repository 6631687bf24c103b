/** What a check may do to a client under test, and where it leaves what it saw. */

import { randomBytes } from 'node:crypto'
import { SetUpFailed } from '../../drive/set-up-failed.ts'
import { makeGrowing, pass, within } from '../../drive/waiting.ts'
import type { ToldEvent } from '../../timeline/event.ts'
import type { Recorder } from '../../timeline/recorder.ts'
import type { Adapter } from '../target/adapter.ts'
import type { Attempt, WelcomeMembers } from './attempt.ts'
import type { ProgrammableService } from './service.ts'

/** A channel that the client under test was told to open. */
export interface ClientChannel {
  readonly role: string
  /** The next attempt that nobody has taken yet; undefined where none comes within so many seconds. */
  next(seconds: number): Promise<Attempt | undefined>
  /** The next attempt; throws {@link SetUpFailed} where none comes, as without it nothing can be seen. */
  first(): Promise<Attempt>
  /** The first attempt, welcomed. */
  connected(members?: WelcomeMembers): Promise<Attempt>
  /** The `count`th thing of this kind that the page is told, or undefined where it is not within so many seconds. */
  told(what: string, count?: number, seconds?: number): Promise<ToldEvent | undefined>
  /** The next questions for a token, so many, fail with this status. */
  failTokens(times: number, status?: number): void
  /** Members that answers to the callback have from now on, besides those that all have. */
  answerWith(more: object): void
  /** The callback's next question waits until the returned function is called. */
  holdToken(): { readonly asked: Promise<boolean>; release(): void }
  /** Resolves when the callback has been asked so often, or false after so many seconds. */
  asked(count: number, seconds: number): Promise<boolean>
  /** Lets the page close it. */
  close(): void
}

/** How a channel is played. */
export interface ChannelOptions {
  /** Members of answers to the callback, besides those that all have. */
  readonly answer?: object
  /**
   * Whether upgrades wait for a decision of the drive. Others are completed as they arrive: a browser holds back what
   * a page opens while others of its WebSockets wait.
   */
  readonly isHeld?: boolean
}

/** The stimulus' hands. */
export interface ClientDrive {
  /** Opens a channel; `role` names it in the timeline. */
  open(role: string, options?: ChannelOptions): ClientChannel
  /** Lets time pass that the specification gives. */
  pass(seconds: number): Promise<void>
  /** Has the client do something new from beginning to end: what it owed before is done by then, or not at all. */
  fence(): Promise<void>
  note(as: string, what: string): void
}

/** For what must come within moments. */
const SOON_SECONDS = 5
/** For the first attempt, whose turn to be opened may be the last of all. */
const FIRST_SECONDS = 25

/** Makes the drive of one recording, and what ends all that it opened. */
export function makeClientDrive(
  adapter: Adapter,
  service: ProgrammableService,
  recorder: Recorder,
): { readonly drive: ClientDrive; finish(): void } {
  const finishing: (() => void)[] = []
  let fences = 0
  function open(role: string, options: ChannelOptions = {}): ClientChannel {
    const { channel, finish } = openChannel(role, options, adapter, service, recorder)
    finishing.push(finish)
    return channel
  }
  const drive: ClientDrive = {
    open,
    pass: (seconds) => pass(seconds * 1000),
    async fence() {
      fences += 1
      const channel = open(`fence-${fences}`)
      const attempt = await channel.connected()
      attempt.message(1, 'a fence')
      if (!(await channel.told('message')))
        throw new SetUpFailed('the client gave no message of a fresh channel')
    },
    note: (as, what) => {
      recorder.record({ kind: 'note', as, what })
    },
  }
  return {
    drive,
    finish() {
      for (const finishChannel of finishing) finishChannel()
    },
  }
}

function openChannel(
  role: string,
  { answer = {}, isHeld = false }: ChannelOptions,
  adapter: Adapter,
  service: ProgrammableService,
  recorder: Recorder,
): { readonly channel: ClientChannel; finish(): void } {
  const attempts = makeGrowing<Attempt>()
  const told = makeGrowing<ToldEvent>()
  const questions = makeGrowing<number>()
  const id = `${role}-${randomBytes(6).toString('hex')}`
  let taken = 0
  let failing = { times: 0, status: 500 }
  let members = answer
  let isUndecided = isHeld
  let held:
    | { readonly asked: (isAsked: boolean) => void; readonly until: Promise<void> }
    | undefined
  const tokenUrl = service.add({
    role,
    recorder,
    took(attempt) {
      if (!isUndecided) attempt.accept()
      attempts.add(attempt)
    },
    async answerToken() {
      questions.add(questions.entries.length)
      if (held) {
        held.asked(true)
        const { until } = held
        held = undefined
        await until
      }
      if (failing.times === 0) return { status: 200, more: members }
      failing = { ...failing, times: failing.times - 1 }
      return { status: failing.status }
    },
  })
  adapter.listen(id, ({ what, members: rest }) => {
    told.add(recorder.record({ kind: 'told', as: role, what, members: rest }) as ToldEvent)
  })
  void adapter.gone.then((why) => {
    recorder.record({ kind: 'note', as: role, what: why })
    for (const list of [attempts, told, questions]) list.end()
  })
  adapter.send({ command: 'open', id, token_url: tokenUrl })
  async function next(seconds: number): Promise<Attempt | undefined> {
    const attempt = (await attempts.collect(taken + 1, () => true, seconds * 1000))[taken]
    if (attempt) taken += 1
    return attempt
  }
  async function first(): Promise<Attempt> {
    const attempt = await next(FIRST_SECONDS)
    if (attempt) return attempt
    throw new SetUpFailed(`the client did not try to connect the channel ${role}`)
  }
  const close = (): void => adapter.send({ command: 'close', id })
  const channel: ClientChannel = {
    role,
    next,
    first,
    async connected(welcome) {
      const attempt = await first()
      attempt.welcome(welcome)
      return attempt
    },
    async told(what, count = 1, seconds = SOON_SECONDS) {
      const matching = await told.collect(count, (event) => event.what === what, seconds * 1000)
      return matching[count - 1]
    },
    failTokens(times, status = 500) {
      failing = { times, status }
    },
    answerWith(next) {
      members = next
    },
    holdToken() {
      const asked = Promise.withResolvers<boolean>()
      const until = Promise.withResolvers<void>()
      held = { asked: asked.resolve, until: until.promise }
      return {
        asked: within(asked.promise, FIRST_SECONDS * 1000).then((isAsked) => isAsked === true),
        release: until.resolve,
      }
    },
    async asked(count, seconds) {
      return (await questions.collect(count, () => true, seconds * 1000)).length >= count
    },
    close,
  }
  return {
    channel,
    finish() {
      close()
      isUndecided = false
      for (const attempt of attempts.entries) attempt.accept()
    },
  }
}
