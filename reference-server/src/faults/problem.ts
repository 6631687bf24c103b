/** Faults of refusals. */
import type { Fault } from '../parts.ts'

/** Each breaks what the chapter on problems promises. */
export const problemFaults: readonly Fault[] = [
  {
    name: 'refuses-with-200',
    misdeed: 'A refused request is answered with status 200 and a problem document.',
    breaks: ['problem.document.shape'],
    apply: ({ rules }) => {
      rules.decideProblemStatus = () => 200
    },
  },
]
