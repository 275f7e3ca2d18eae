// Names for experiments and runs: nine characters of Crockford's base 32 that count milliseconds, so that they sort by
// creation, and are safe as file names on every system. Uniqueness comes from the one writer, not from chance.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const length = 9;

/** An id after `newest`, even when the clock stands still or goes back. `now` in milliseconds since 1970. */
export function nextIdentifier(newest: string | null, now: number): string {
  let rest = Math.max(now, newest === null ? 0 : decode(newest) + 1);
  let identifier = '';
  for (let index = 0; index < length; index++) {
    identifier = alphabet[rest % 32] + identifier;
    rest = Math.floor(rest / 32);
  }
  return identifier;
}

/** Whether it is one that a lab made until `now`: an id of the future would leave no room for those after it. */
export const isIdentifier = (id: string, now: number): boolean =>
  id.length === length && [...id].every((character) => alphabet.includes(character)) && decode(id) <= now;

function decode(identifier: string): number {
  return [...identifier].reduce((value, character) => value * 32 + alphabet.indexOf(character), 0);
}
