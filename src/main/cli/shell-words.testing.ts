// A command line as a shell splits it: words, and quoted ones.
export function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:'((?:[^']|'\\'')*)'|([^\s']+))(?=\s|$)/g)].map(([, inside, plain]) =>
    inside === undefined ? plain! : inside.replaceAll("'\\''", "'"),
  );
}
