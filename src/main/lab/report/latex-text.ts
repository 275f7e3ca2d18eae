// Plain text as LaTeX that pdflatex, xelatex and lualatex read alike: nothing in it is a command. Signs that the lab's own words
// use become mathematics; other letters that pdflatex has no font for are told by their number there, and shown by the others.
import { printable } from '../../../shared/printable.ts';

const special: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
  "'": '\\textquotesingle{}',
  '`': '\\textasciigrave{}',
  // Ligatures that would change what is typed.
  '-': '{-}',
  ',': '{,}',
  '\u2010': '{-}',
  '\u2011': '{-}',
  '\u2013': '\\textendash{}',
  '\u2014': '\\textemdash{}',
  '\u2018': '\\textquoteleft{}',
  '\u2019': '\\textquoteright{}',
  '\u201c': '\\textquotedblleft{}',
  '\u201d': '\\textquotedblright{}',
  '\u2026': '\\ldots{}',
  '\u2007': '~',
  '\u2009': '\\,',
  '\u00a0': '~',
  '\u202f': '\\,',
  '−': '$-$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '·': '$\\cdot$',
  '²': '$^2$',
  ᵀ: '$^\\top$',
  '√': '$\\surd$',
  '∞': '$\\infty$',
  '≤': '$\\le$',
  '≥': '$\\ge$',
  '≈': '$\\approx$',
  Δ: '$\\Delta$',
  Σ: '$\\Sigma$',
  α: '$\\alpha$',
  ℓ: '$\\ell$',
  λ: '$\\lambda$',
  σ: '$\\sigma$',
  τ: '$\\tau$',
  '‖': '$\\|$',
  ᵢ: '$_i$',
  ⱼ: '$_j$',
};

/** Of ASCII, the letters of Latin-1 and Latin Extended-A, which T1 fonts have, those that these have not. */
const absent = new Set('ĦħĸĿŀŉŦŧſ');

/** On one line. */
export function latexText(text: string): string {
  return [...text.replace(/[\r\n\t]+/g, ' ')].map(character).join('');
}

function character(letter: string): string {
  const known = special[letter];
  if (known !== undefined) return known;
  const code = letter.codePointAt(0)!;
  if (printable(letter) !== letter) return `\\unseen{${code.toString(16)}}`;
  if (code < 0x7f || (code >= 0xc0 && code <= 0x17f && !absent.has(letter))) return letter;
  return `\\letter{${code.toString(16).toUpperCase()}}`;
}

/** Of \unseen and \letter, and what else the text above needs. */
export const latexTextPreamble = String.raw`\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \newcommand{\letter}[1]{{\footnotesize U+#1}}
\else
  \usepackage{fontspec}
  \newcommand{\letter}[1]{\iffontchar\font"#1 \symbol{"#1}\else{\footnotesize U+#1}\fi}
\fi
\usepackage{textcomp}
\newcommand{\unseen}[1]{{\footnotesize\texttt{\textbackslash u\{#1\}}}}`;
