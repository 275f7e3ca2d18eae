// Where our reader refuses what the reference library accepts, and why. The other way round there is nothing: what we accept,
// it accepts, with the same tensors and metadata. TRUST.md has this table in words.

export interface Difference {
  /** What such a file does. */
  what: string;
  /** In our reader's sentence. */
  refusal: RegExp;
  why: string;
}

const format = 'The format forbids it; the library does not look.';
const accident = 'The format has no such spelling; it is how the library’s JSON reader takes its own types.';
const bound = 'A bound of ours, so that a small file cannot fill the memory; no model comes near it.';

export const differences: readonly Difference[] = [
  { what: 'white space before the header', refusal: /starts with 0x(20|09|0a|0d);/, why: format },
  { what: 'a tensor’s name twice', refusal: /has the name .* twice/, why: `${format} It takes the last.` },
  { what: 'a key of the metadata twice', refusal: /has the key .* twice/, why: `${format} It takes the last.` },
  {
    what: 'a key in a tensor that the format does not have',
    refusal: /which the format does not have/,
    why: 'Bytes of a header that nobody reads are where a file hides what it is.',
  },
  { what: 'null for the metadata', refusal: /where the metadata asks for/, why: accident },
  { what: 'a tensor as a list', refusal: /where a tensor asks for/, why: accident },
  { what: 'a type as an object', refusal: /where dtype asks for/, why: accident },
  {
    what: 'a number above 2^53 − 1, which can only stand in the shape of a tensor without elements',
    refusal: /above 2\^53 − 1/,
    why: 'JavaScript’s numbers are not exact there.',
  },
  {
    what: 'a shape above 2^53 bits before it comes to a 0',
    refusal: /has a shape whose size overflows/,
    why: 'JavaScript’s numbers are not exact there; the library gives up at 2^64 elements instead.',
  },
  { what: 'more than 32 axes', refusal: /more than 32 numbers in shape/, why: bound },
  { what: 'more than 100,000 tensors', refusal: /one of more than 100000 tensors/, why: bound },
  { what: 'more than 100,000 keys in the metadata', refusal: /has more than 100000 keys/, why: bound },
  { what: 'more than 32 MiB of names and metadata', refusal: /more than 33554432 bytes of names/, why: bound },
];
