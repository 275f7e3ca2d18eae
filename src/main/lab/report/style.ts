// The look of a report page: one quiet column, light and dark with the system, and on paper.
import { colourVariables, figureStyle } from '../../../charts/index.ts';

const light = `--paper: #ffffff; --ink: #1b1d21; --quiet: #5d636d; --line: #e3e5e8; --accent: #0a66b7; ${colourVariables.light}`;
const dark = `--paper: #15171a; --ink: #e6e8eb; --quiet: #9ba2ac; --line: #2d3136; --accent: #6fb7f2; ${colourVariables.dark}`;

export const reportStyle = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
main { max-width: 980px; margin: 0 auto; padding: 48px 20px 80px; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 600; letter-spacing: -0.01em; margin: 0 0 0.7em; text-wrap: balance; }
h2 { font-size: 1.15rem; font-weight: 600; margin: 3.2rem 0 0.5rem; }
h3 { font-size: 0.95rem; font-weight: 600; margin: 0 0 0.6rem; }
p, ul { max-width: 44rem; margin: 0 0 0.75rem; }
ul { padding-left: 1.2rem; }
.answer p:first-child { font-size: 1.15rem; line-height: 1.5; }
.quiet, .limits, caption, summary { color: var(--quiet); }
.limits { font-size: 0.92rem; }
.scroll { overflow-x: auto; margin: 1.2rem 0; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { text-align: right; padding: 0.38rem 0 0.38rem 1.4rem; border-bottom: 1px solid var(--line); vertical-align: baseline; overflow-wrap: normal; }
th:first-child, td:first-child { text-align: left; padding-left: 0; min-width: 5rem; max-width: 20rem; overflow-wrap: anywhere; }
thead th { font-weight: 500; color: var(--quiet); white-space: nowrap; }
tbody th { font-weight: 500; }
.main-table { width: 100%; }
.main-table td { white-space: nowrap; }
.facts td, .facts th { text-align: left; padding-left: 0; padding-right: 1.4rem; overflow-wrap: anywhere; }
.facts { width: 100%; }
.facts tbody th { color: var(--quiet); width: 13rem; }
.swatch { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 2px; margin-right: 0.5em; }
figure { margin: 1.4rem 0 0; break-inside: avoid; min-width: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); gap: 0.4rem 2.2rem; }
figure p { font-size: 0.9rem; color: var(--quiet); margin: 0 0 0.6rem; }
figure svg { width: 100%; }
details { font-size: 0.85rem; margin-top: 0.5rem; }
summary { cursor: pointer; width: max-content; max-width: 100%; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
details .scroll { max-height: 22rem; overflow: auto; }
code, pre { font: 0.86rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { overflow-x: auto; padding: 0.7rem 0.9rem; border-left: 2px solid var(--line); margin: 0.6rem 0; white-space: pre-wrap; }
.narrow { display: none; }
${figureStyle}
@media (max-width: 640px) {
  main { padding-top: 28px; }
  h1 { font-size: 1.4rem; }
  .wide { display: none; }
  .narrow { display: block; }
  .facts tbody th { width: 8rem; }
}
@media print {
  :root { ${light} }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  details { display: none; }
  .scroll { overflow: visible; }
}
`.trim();
