/** How a secret may be spelled on a wire, for services that tell it and tests that look for it. */

const eachCharacter = (secret: string, spell: (code: number) => string): string =>
  [...secret].map((character) => spell(character.charCodeAt(0))).join('')

/** As it is, and in everything that a body, a header, a URL or a log may make of it. */
export function spellingsOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1)
  return [
    secret,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    secret.replaceAll('/', '\\/'),
    eachCharacter(secret, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    encodeURIComponent(secret).toLowerCase() === encodeURIComponent(secret)
      ? secret
      : encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase()),
    eachCharacter(secret, (code) => `%${code.toString(16)}`),
    eachCharacter(secret, (code) => `&#${code};`),
    eachCharacter(secret, (code) => `&#x${code.toString(16)};`),
    new URLSearchParams({ '': secret }).toString().slice(1),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
  ]
}

/** A text that is cut after 200 or 300 characters in the middle of the secret. */
export function cutOff(secret: string): string {
  return `${`${'x'.repeat(185)}${secret}`.padEnd(285, 'y')}${secret}`
}
