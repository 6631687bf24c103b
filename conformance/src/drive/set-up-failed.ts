/** Thrown where a stimulus cannot even begin; makes the check inconclusive. */
export class SetUpFailed extends Error {}
