// Any name in Markdown and LaTeX, read back by the rules of each: it is the text that was meant, and nothing else. No parser of either
// is a part of this project, so the readers here know what may begin markup and refuse it; pdflatex reads along where it is.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fuzzing } from '../../../../test/fuzzing.ts';
import { nastyName } from '../../../../test/nasty-names.ts';
import { printable } from '../../../shared/printable.ts';
import { latexText, latexTextPreamble } from './latex-text.ts';
import { markdownText } from './markdown.ts';

const oneLine = (name: string) => name.replace(/[\r\n\t]+/g, ' ');

describe('Markdown', () => {
  /** What stands at the start of a line and begins a block (CommonMark 0.31, 4 and 5; tables of GFM 4.10). */
  const blocks = [
    /^ {4}/,
    /^ {0,3}#{1,6}([ \t]|$)/,
    /^ {0,3}>/,
    /^ {0,3}[-+*]([ \t]|$)/,
    /^ {0,3}\d{1,9}[.)]([ \t]|$)/,
    /^ {0,3}([-_*])[ \t]*(\1[ \t]*){2,}$/,
    /^ {0,3}(=+|-+)[ \t]*$/,
    /^ {0,3}(`{3}|~{3})/,
    /^ {0,3}</,
    /^ {0,3}\[[^\]]*\]:/,
    /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/,
  ];

  /** A line of inline text without any markup as what it shows; throws at what could be markup. */
  function shown(line: string): string {
    for (const block of blocks) if (block.test(line)) throw new Error(`begins a block: ${line}`);
    if (/[ \t]$|[\r\n]/.test(line)) throw new Error('breaks the line');
    let text = '';
    let bare = '';
    for (let at = 0; at < line.length; ) {
      const rest = line.slice(at);
      const escaped = /^\\([!-/:-@[-`{-~])/.exec(rest);
      const entity = /^&(lt|amp);/.exec(rest);
      if (escaped || entity) {
        text += escaped ? escaped[1] : entity![1] === 'lt' ? '<' : '&';
        // Letters and signs beside a bare one count, whichever way they were written.
        bare += escaped ? '\ue000' : '\ue001';
        at += (escaped ?? entity)![0].length;
      } else if (rest.startsWith('<!-- -->')) {
        bare += '\ue002';
        at += 8;
      } else {
        if (/^[\\`*[\]<~$|]/.test(rest)) throw new Error(`begins markup: ${rest}`);
        if (/^&(#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);/i.test(rest)) throw new Error(`an entity: ${rest}`);
        text += line[at];
        bare += line[at];
        at += 1;
      }
    }
    if (/(^|[^\p{L}\p{N}_])_|_([^\p{L}\p{N}_]|$)/u.test(bare)) throw new Error(`could begin or end emphasis: ${line}`);
    // The extended links of GFM 6.9.
    if (
      /(^|[^a-z])(https?|ftp|mailto|xmpp):/i.test(bare) ||
      /(^|[\s*_~(])www\./i.test(bare) ||
      /[\w.+-]@[\w-]+\.\w/.test(bare)
    )
      throw new Error(`links by itself: ${line}`);
    return text;
  }

  const text = (name: string) => printable(oneLine(name).replace(/^ +| +$/g, ''));

  test('a name is the text of its line, of a heading and of a cell', () => {
    fc.assert(
      fc.property(nastyName, (name) => {
        const written = markdownText(name);
        expect(shown(written)).toBe(text(name));
        // A closing run of a heading is none of its text.
        expect(written).not.toMatch(/(^|[ \t])#+$/);
      }),
      fuzzing(2000),
    );
  });

  test('nothing is escaped that would be text anyway', () => {
    fc.assert(
      fc.property(nastyName, (name) => {
        const written = markdownText(name);
        for (const { index, 0: found } of written.matchAll(/\\[!-/:-@[-`{-~]/g)) {
          // Signs that mean something wherever they stand are escaped wherever they stand.
          if (/[\\`*[\]|~$]/.test(found[1]!)) continue;
          const without = written.slice(0, index) + written.slice(index + 1);
          let reads = '';
          try {
            reads = shown(without);
          } catch {}
          const closing = found[1] === '#' && /(^|[ \t])#+$/.test(without.replaceAll('\\', ''));
          const underscores = found[1] === '_' && /_[\\_]*_|_\\?_/.test(written);
          expect(reads === text(name) && !closing && !underscores, `${written} as ${without}`).toBe(false);
        }
      }),
      fuzzing(1000),
    );
  });
});

describe('LaTeX', () => {
  const commands: Record<string, string> = {
    textbackslash: '\\',
    textasciicircum: '^',
    textasciitilde: '~',
    textless: '<',
    textgreater: '>',
    textbar: '|',
    textquotedbl: '"',
    textquotesingle: "'",
    textasciigrave: '`',
    textendash: '–',
    textemdash: '—',
    textquoteleft: '‘',
    textquoteright: '’',
    textquotedblleft: '“',
    textquotedblright: '”',
    ldots: '…',
  };

  /** Text without any command but those that stand for a letter; throws at anything else. Mathematics is told as it stands. */
  function shown(latex: string): string {
    let text = '';
    for (let rest = latex; rest !== ''; ) {
      const found =
        /^\\([{}$&#%_])/.exec(rest) ??
        /^\\([a-z]+)\{\}/.exec(rest) ??
        /^\{([-,])\}/.exec(rest) ??
        /^\\(?:unseen)\{([0-9a-f]+)\}/.exec(rest) ??
        /^\\letter\{([0-9A-F]+)\}/.exec(rest) ??
        /^\$([^$]+)\$/.exec(rest) ??
        /^\\(,)/.exec(rest) ??
        /^(~)/.exec(rest) ??
        /^([^\\{}$&#%_^~<>|"'`,-])/u.exec(rest);
      if (!found) throw new Error(`no text: ${rest}`);
      const [whole, inside] = found as unknown as [string, string];
      if (whole.startsWith('\\unseen')) text += `\\u{${inside}}`;
      else if (whole.startsWith('\\letter')) text += String.fromCodePoint(Number.parseInt(inside, 16));
      else if (whole.endsWith('{}')) {
        if (!Object.hasOwn(commands, inside)) throw new Error(`a command: ${whole}`);
        text += commands[inside];
      } else if (whole === '~' || whole === '\\,') text += ' ';
      else if (whole.startsWith('$')) text += signs[whole] ?? whole;
      else text += inside;
      rest = rest.slice(whole.length);
    }
    return text;
  }

  const signs: Record<string, string> = { '$^2$': '²', '$\\lambda$': 'λ', '$\\times$': '×' };
  const spaces = (text: string) => text.replace(/[\u00a0\u2007\u2009\u202f]/g, ' ').replace(/[\u2010\u2011]/g, '-');

  test('a name is text, on one line', () => {
    fc.assert(
      fc.property(nastyName, (name) => {
        fc.pre(!/[−±·ᵀ√∞≤≥≈ΔΣαℓσ‖ᵢⱼτ]/.test(name));
        const written = latexText(name);
        expect(written).not.toMatch(/[\r\n]/);
        expect(shown(written)).toBe(spaces(printable(oneLine(name))));
      }),
      fuzzing(2000),
    );
  });

  const hasLatex = process.platform !== 'win32' && spawnSync('pdflatex', ['--version']).status === 0;

  test.skipIf(!hasLatex)('pdflatex reads every name, and every letter of its fonts, without an error', () => {
    const folder = mkdtempSync(join(tmpdir(), 'simbal-latex-'));
    try {
      const names = fc.sample(nastyName, { numRuns: 150, seed: 7 });
      const letters = Array.from({ length: 0x180 }, (_, code) => String.fromCodePoint(code));
      const places = [...names.map(latexText), ...letters.map(latexText)].flatMap((text, index) => [
        `${index}: ${text}\n\n\\section*{${text}}\n\\begin{tabular}{l}{${text}} \\\\\n\\end{tabular}\n`,
      ]);
      const preamble = '\\documentclass{article}\n\\usepackage{amsmath}\\usepackage{amssymb}';
      writeFileSync(
        join(folder, 'a.tex'),
        `${preamble}\n${latexTextPreamble}\n\\begin{document}\n${places.join('\n')}\n\\end{document}\n`,
      );
      const options = ['-interaction=nonstopmode', '-no-shell-escape', 'a.tex'];
      const { status } = spawnSync('pdflatex', options, { cwd: folder, env: { ...process.env, openin_any: 'p' } });
      const errors = readFileSync(join(folder, 'a.log'), 'latin1').match(/^!.*(\n.*){3}/gm) ?? [];
      expect(errors).toEqual([]);
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
