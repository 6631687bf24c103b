/** Something that the person at the command line can mend; exit code 2. */
export class UsageError extends Error {}
