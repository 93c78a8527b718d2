import type { Quarantined } from '../../../src/model/quarantine.ts';

/** Of a long message only so many characters are shown at first. */
export const shownAtFirst = 300;

/** What of a text would not be seen, or would turn what stands beside it round: control characters, and the marks that change the direction of writing. */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

const sign = (character: string): string =>
  character === '\n' || character === '\t'
    ? character
    : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** A message as it can be shown to a person: a text with nothing hidden in it, or its bytes as pairs of hexadecimal digits. */
export const payloadText = ({ payload, encoding }: Pick<Quarantined, 'payload' | 'encoding'>): string => {
  if (encoding === 'utf8') return payload.replace(unseen, sign);
  const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
};
