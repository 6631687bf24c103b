/** The model of sockets: what each page must be sent, what the application must be told of it, and how it ends. */

import { type Cell, type CellName, Machine, type Tables } from '../states.ts'

/** A text that a page must be sent, and the requirement that says so. */
export interface DueText {
  readonly text: string
  readonly requirement: string
}

/** A text that a page sent, and whether the application answers it with 500. */
export interface Said {
  readonly body: string
  readonly isFailing: boolean
}

/** One socket that was opened. */
export class SocketModel {
  readonly role: string
  readonly path: string
  /** Given by the handshake. */
  readonly id: string
  readonly due: DueText[] = []
  /** Bodies that the application must be told, in order. */
  readonly messages: string[] = []
  /** Text that must never be sent on it, and the requirement that says so. */
  readonly forbidden = new Map<string, string>()
  /** Text that may come or not: the service took it, or held it, and may not have read yet that the page is gone. */
  readonly possible = new Set<string>()
  /** The codes that the first Close frame may have; 1006 stands for an end without one. */
  readonly closeCodes: number[] = []
  isClosedDue = false
  readonly #held: string[] = []
  readonly #unread: Said[] = []
  readonly #machine: Machine

  constructor(
    opened: { readonly role: string; readonly path: string; readonly id: string },
    tables: Tables,
    visited: Set<CellName>,
  ) {
    this.role = opened.role
    this.path = opened.path
    this.id = opened.id
    this.#machine = new Machine(tables.socket, visited)
    this.#machine.see('opened')
  }

  get state(): string {
    return this.#machine.state
  }

  get isOpen(): boolean {
    return this.state === 'open'
  }

  /** Nobody knows whether the service has seen already that the page is gone: it does not have to read. */
  get isDoubtful(): boolean {
    return this.state === 'abandoned'
  }

  /** Whether text for it is taken. */
  send(text: string): boolean {
    const { state } = this
    this.#machine.see('send')
    if (state === 'open') this.due.push({ text, requirement: 'socket.send.deliver' })
    if (state === 'pending') this.#held.push(text)
    if (state === 'abandoned') this.possible.add(text)
    return state === 'open' || state === 'pending'
  }

  /** Whether a broadcast reaches it. */
  broadcast(text: string): boolean {
    const { isOpen } = this
    this.#machine.see('broadcast')
    if (isOpen) this.due.push({ text, requirement: 'socket.broadcast.all' })
    else this.forbidden.set(text, 'socket.broadcast.pending')
    return isOpen
  }

  /** Its handshake is answered with 2xx: what waited goes out, and what the page said comes in. */
  accept(): void {
    const isThere = this.state === 'pending'
    this.#machine.see('accept')
    this.isClosedDue = true
    for (const text of this.#held.splice(0)) {
      if (isThere) this.due.push({ text, requirement: 'socket.held.delivered' })
      else this.possible.add(text)
    }
    this.#read(this.#unread.splice(0))
  }

  /** Its handshake is answered with anything else. */
  refuse(): Cell {
    this.#dropHeld()
    this.#end(4003)
    return this.#machine.see('refuse')
  }

  /** Its handshake finds no answer. */
  fallSilent(): Cell {
    this.#dropHeld()
    this.#end(4105)
    this.isClosedDue = true
    return this.#machine.see('silence')
  }

  /** The page says something; whether the socket ends for how the application answers it. */
  say(said: readonly Said[]): void {
    for (const _ of said) this.#machine.see('text')
    if (this.isOpen) this.#read(said)
    else this.#unread.push(...said)
  }

  /** The page breaks the rules. */
  break(code: number): Cell {
    this.#end(code)
    return this.#machine.see('bad-frame')
  }

  /** The page goes, with this code. */
  leave(code: number): void {
    this.closeCodes.push(code)
    this.#machine.see('leave')
  }

  /** `closed` was seen, and perhaps answered. */
  tell(isAnswered: boolean): void {
    if (this.state !== 'ending') return
    this.#machine.see('settled')
    if (isAnswered) this.#machine.see('told')
  }

  #read(said: readonly Said[]): void {
    for (const { body, isFailing } of said) {
      this.messages.push(body)
      this.#machine.see(isFailing ? 'failed' : 'consumed')
      if (!isFailing) continue
      // Whether it had read by then that the page had left is the service's affair.
      this.closeCodes.push(4105)
      return
    }
  }

  /** Of one that the page left before, the service may not have read that when it writes a Close frame. */
  #end(code: number): void {
    if (this.closeCodes.length === 0 || this.isDoubtful) this.closeCodes.push(code)
  }

  #dropHeld(): void {
    for (const text of this.#held.splice(0)) this.forbidden.set(text, 'socket.held.dropped')
    this.#unread.splice(0)
  }
}

/** Notes a socket whose ticket was refused. */
export function seeRefusedSocket(tables: Tables, visited: Set<CellName>): Cell {
  return new Machine(tables.socket, visited).see('refused')
}
