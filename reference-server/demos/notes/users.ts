/** The accounts of the notes: they are published, because this is a demo. */

/** Somebody who has notes. */
export interface User {
  /** Lower-case letters; a part of each client id of the user. */
  id: string
  name: string
  /** Where this user's mail comes from. */
  address: string
}

/** Everybody there is. */
export const USERS: readonly User[] = [
  { id: 'ada', name: 'Ada', address: 'ada@example.org' },
  { id: 'grace', name: 'Grace', address: 'grace@example.org' },
  { id: 'radia', name: 'Radia', address: 'radia@example.org' },
]

/** The user of that id, if there is one. */
export function findUser(id: string): User | undefined {
  return USERS.find((user) => user.id === id)
}

/** The user who sends from that address, whatever its case, if there is one. */
export function findSender(address: string): User | undefined {
  return USERS.find((user) => user.address === address.toLowerCase())
}
