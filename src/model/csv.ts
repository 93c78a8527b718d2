/** What a CSV line ends with (RFC 4180). */
export const csvLineEnd = '\r\n';

/** A field of plain text: quoted only where it must be. For names that are ours. */
export const csvField = (text: string): string => (/[",\r\n]/.test(text) ? quoted(text) : text);

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

// A spreadsheet runs what begins like a formula, in full width too; the apostrophe makes it a text again.
const likeFormula = /^[=+\-@＝＋－＠\t\r\n]/;

/** A text that somebody else wrote: always quoted, and with an apostrophe before what a spreadsheet would run as a formula. */
export const csvText = (text: string): string => quoted(likeFormula.test(text) ? `'${text}` : text);
