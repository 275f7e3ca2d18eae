// How many of what, as a sentence says it.
import { grouped } from '../../charts/index.ts';

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;
