// Charts as values: data in, a figure out (SVG as text, and the table behind it). No DOM, no state, no colours of its own.
export type { AxisOptions } from './axis.ts';
export { countTicks } from './axis.ts';
export { colourVariables, runColour } from './colours.ts';
export { keepExtremes, type XY } from './extremes.ts';
export {
  type ColumnWidth,
  columnWidths,
  type Figure,
  type FigureTable,
  figureStyle,
  publicationSvg,
} from './figure.ts';
export * from './format.ts';
export { type HeatMapRow, type HeatMaps, heatMaps, loads } from './heat-map.ts';
export { type ChartSeries, type LineChart, lineChart } from './line-chart.ts';
export { type Look, lookAt, lookOf, type Marker, printColour } from './look.ts';
export { type Attributes, type Child, element, escapeText, join, Markup } from './markup.ts';
