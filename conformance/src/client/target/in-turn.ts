/** Lets an act be done by many, one after another. */

/** The same act, which begins only when whoever asked before has been answered. */
export function inTurn<Asked, Answer>(
  act: (asked: Asked) => Promise<Answer>,
): (asked: Asked) => Promise<Answer> {
  let before: Promise<unknown> = Promise.resolve()
  return (asked) => {
    const answer = before.then(() => act(asked))
    before = answer.catch(() => {})
    return answer
  }
}
