/** How the timeline says that the service ended an attempt. */

/** What the words of a `sent` event that ends an attempt begin with. */
export const ENDING = {
  close: 'Close',
  loss: 'the loss of the connection',
  refusal: 'a refusal',
} as const
