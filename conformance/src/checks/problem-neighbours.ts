/** Checks that nobody else is disturbed by malformed traffic. */

import type { Check } from '../check.ts'
import type { Drive } from '../drive/drive.ts'
import { firstDelivered, undisturbed } from '../judges/neighbour.ts'
import { BAD_INPUT } from './bad-input.ts'

const ODD_BUT_LEGAL = ` -@/&=+%?#;:,.'"\\<>{}[]|~^\`äΩ€\u{1f600}`

/** Sends each kind of bad input, and after each a message to a neighbour; stops where the neighbour gets none. */
async function disturb(drive: Drive): Promise<void> {
  const clientId = drive.clientId(ODD_BUT_LEGAL)
  const neighbour = await drive.connect('neighbour', clientId)
  const { token, connectUrl } = await drive.mint('expired token', drive.clientId(), {
    ttl_seconds: 1,
  })
  const isServed = async (after: string): Promise<boolean> => {
    const data = `${drive.text()} after ${after}`
    await drive.post('post', clientId, data)
    return (await neighbour.message(data)) !== undefined
  }
  if (!(await isServed('nothing'))) return
  for (const { name, send } of BAD_INPUT) {
    await send(drive, name)
    if (!(await isServed(name))) return
  }
  await drive.pass(1)
  await (await drive.open('expired token', { url: connectUrl, token })).ended()
  await isServed('an expired token')
}

/** In the order of the chapter. */
export const PROBLEM_NEIGHBOUR_CHECKS: readonly Check[] = [
  {
    id: 'problem.bad-input.harmless',
    proves: 'problem.neighbours.undisturbed',
    alone: true,
    limits: { connections: 100 },
    slow: true,
    drive: disturb,
    control: firstDelivered('neighbour', 'post'),
    judge: undisturbed('neighbour', 'post'),
    killedBy: ['loses-a-message-after-deep-nesting', 'ends-everyone-after-an-odd-path'],
  },
]
