// A comparison as one HTML page that stands alone: no script, no request, every name escaped, both themes, and paper.
import { type Child, element, type Figure, join, Markup } from '../../charts/index.ts';
import type { Comparison } from './comparison/compare.ts';
import { findings } from './comparison/findings.ts';
import {
  lossFigure,
  routingFigures,
  similarityFigures,
  speedUpFigure,
  throughputFigure,
  utilizationFigure,
} from './report/figures.ts';
import { bothWidths, figureMarkup } from './report/page-parts.ts';
import { mainTable, sameStart, trained } from './report/page-tables.ts';
import { reportStyle } from './report/style.ts';

export interface ReportDetails {
  /** When it was made; shown as given. */
  made: string;
  /** Command lines that do it again, in order. */
  again: readonly string[];
}

const noRequests = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

export function reportPage(comparison: Comparison, details: ReportDetails): string {
  const { question, sentences, limits } = findings(comparison);
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { 'http-equiv': 'Content-Security-Policy', content: noRequests }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('meta', { name: 'color-scheme', content: 'light dark' }),
      element('title', {}, question),
      element('style', {}, new Markup(reportStyle)),
    ),
    element(
      'body',
      {},
      element(
        'main',
        {},
        element('h1', {}, question),
        element(
          'div',
          { class: 'answer' },
          sentences.map((sentence) => element('p', {}, sentence)),
        ),
        element(
          'div',
          { class: 'limits' },
          limits.map((sentence) => element('p', {}, sentence)),
        ),
        mainTable(comparison),
        loss(comparison),
        section('Routing', utilization(comparison), pair(routingFigures(comparison))),
        section('Redundancy of the experts', pair(similarityFigures(comparison))),
        section('Speed', pair([speedUpFigure(comparison), throughputFigure(comparison)])),
        section('The same start', sameStart(comparison)),
        section('What was trained', ...trained(comparison)),
        section(
          'To run it again',
          element('pre', {}, details.again.join('\n')),
          element('p', { class: 'quiet' }, `Made ${details.made}.`),
        ),
      ),
    ),
  );
  return `<!doctype html>\n${page.text}\n`;
}

function section(title: string, ...children: Child[]): Markup | null {
  if (join(children).text === '') return null;
  return element('section', {}, element('h2', {}, title), ...children);
}

function loss(comparison: Comparison): Markup | null {
  const wide = lossFigure(comparison, { id: 'loss', width: 940, height: 400 });
  const narrow = lossFigure(comparison, { id: 'loss-narrow', width: 420, height: 340 });
  const note = 'Marks: validation loss at each evaluation. Faint: training loss of every step.';
  return section('Loss', figureMarkup(bothWidths(wide, narrow, note), false));
}

function utilization(comparison: Comparison): Markup | null {
  const wide = utilizationFigure(comparison, { id: 'utilization', width: 940, maps: 4 });
  const narrow = utilizationFigure(comparison, { id: 'utilization-narrow', width: 420, maps: 2 });
  const note =
    'Every cell is an expert, every row of cells a layer; the stronger its colour, the more of the validation tokens go there.';
  return wide && narrow && figureMarkup(bothWidths(wide, narrow, note));
}

const pair = (figures: readonly (Figure | null)[]) => {
  const there = figures.filter((one) => one !== null);
  return (
    there.length > 0 &&
    element(
      'div',
      { class: 'pair' },
      there.map((one) => figureMarkup(one)),
    )
  );
};
