// The look of a report: one quiet column, light and dark with the system, and on paper with page numbers.
import { colourVariables, figureStyle } from '../../../charts/index.ts';
import { fontFace } from './font.ts';

const light = `--paper: #ffffff; --ink: #1b1d21; --quiet: #5d636d; --line: #e3e5e8; --sunk: #f6f7f8; --accent: #0a66b7; ${colourVariables.light}`;
const dark = `--paper: #15171a; --ink: #e6e8eb; --quiet: #9ba2ac; --line: #2d3136; --sunk: #1c1f23; --accent: #6fb7f2; ${colourVariables.dark}`;

export const reportStyle = () =>
  `
${fontFace('400')}
${fontFace('600')}
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 Inter, system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
main { max-width: 980px; margin: 0 auto; padding: 48px 20px 80px; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 600; letter-spacing: -0.01em; margin: 0 0 0.5em; text-wrap: balance; }
h2 { font-size: 1.15rem; font-weight: 600; margin: 3.2rem 0 0.6rem; }
h3 { font-size: 0.95rem; font-weight: 600; margin: 1.6rem 0 0.5rem; }
p, ul { max-width: 44rem; margin: 0 0 0.75rem; }
ul { padding-left: 1.2rem; }
a { color: var(--accent); }
.answer { font-size: 1.15rem; line-height: 1.5; }
.quiet, summary { color: var(--quiet); }
.small { font-size: 0.86rem; }
.note { white-space: pre-wrap; border-left: 2px solid var(--accent); padding: 0.1rem 0 0.1rem 0.9rem; margin: 0.6rem 0 1.2rem; max-width: 44rem; }
nav ol { columns: 2; column-gap: 2.2rem; padding-left: 1.2rem; margin: 1.4rem 0 0; max-width: 44rem; font-size: 0.92rem; }
nav li { break-inside: avoid; padding: 0.1rem 0; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.scroll { overflow-x: auto; margin: 0.4rem 0 0.5rem; }
.table { margin: 1.4rem 0; }
.table h3 { margin-bottom: 0.2rem; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { text-align: left; padding: 0.36rem 1.4rem 0.36rem 0; border-bottom: 1px solid var(--line); vertical-align: baseline; overflow-wrap: normal; }
th:last-child, td:last-child { padding-right: 0; }
.right { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tbody th, tbody td:first-child { min-width: 4rem; max-width: 20rem; overflow-wrap: anywhere; }
td:not(.right) { overflow-wrap: anywhere; max-width: 28rem; }
thead th { font-weight: 400; color: var(--quiet); }
thead th:not(.right) { white-space: nowrap; }
tbody th { font-weight: 600; }
.facts th { font-weight: 400; color: var(--quiet); width: 11rem; white-space: nowrap; }
.facts { width: 100%; }
figure { margin: 1.4rem 0 0; break-inside: avoid; min-width: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 0.6rem 2.2rem; }
figure.double { grid-column: 1 / -1; }
figure h3 { margin: 0 0 0.6rem; }
figcaption { font-size: 0.86rem; color: var(--quiet); margin: 0.5rem 0 0; max-width: 44rem; }
figure svg { width: 100%; }
details { font-size: 0.85rem; margin-top: 0.4rem; }
summary { cursor: pointer; width: max-content; max-width: 100%; padding: 0.25rem 0; }
summary:focus-visible, a:focus-visible, .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
details .scroll { max-height: 22rem; overflow: auto; }
code, pre { font: 0.84rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { padding: 0.7rem 0.9rem; background: var(--sunk); margin: 0.6rem 0; white-space: pre-wrap; }
pre span { display: block; padding-left: 2em; text-indent: -2em; }
dl { max-width: 44rem; }
dt { font-weight: 600; margin-top: 1rem; break-after: avoid; }
dd { margin: 0.15rem 0 0; }
.narrow { display: none; }
footer { margin-top: 4rem; }
${figureStyle.replace(/font: 13px\/1\.2 [^;]+;/, 'font: 13px/1.2 Inter, system-ui, sans-serif;')}
@media (max-width: 640px) {
  main { padding-top: 28px; }
  h1 { font-size: 1.4rem; }
  nav ol { columns: 1; }
  .wide { display: none; }
  .narrow { display: block; }
  .facts th { width: auto; white-space: normal; }
}
@page {
  size: A4;
  margin: 18mm 18mm 20mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt Inter, sans-serif; color: #5d636d; }
}
@media print {
  :root { color-scheme: light; ${light} }
  html { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 18pt; }
  h2 { margin-top: 9mm; }
  h2, h3 { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  details, .narrow { display: none; }
  .wide { display: block; }
  .scroll { overflow: visible; }
  .figures { grid-template-columns: 1fr 1fr; gap: 2mm 6mm; }
  .figures > figure:only-child { grid-column: 1 / -1; max-width: 110mm; }
  .figures > figure.double { max-width: none; }
  nav, footer { font-size: 8.5pt; }
  table { font-size: 8pt; max-width: 100%; }
  th, td { padding: 0.9mm 3mm 0.9mm 0; }
  thead .right, thead th:not(.right), .dense .right { white-space: normal; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .dense table { font-size: 6.6pt; }
  .dense th, .dense td { padding-right: 1.6mm; }
  pre { font-size: 7.5pt; }
  figcaption { font-size: 8pt; }
}
`.trim();
