/** The failure of a broker to open: it alone knows how that is told to the person who started the server. */

/** A broker that cannot be used, in one line that says what is wrong with it and what to do. */
export class BrokerError extends Error {}
