// Colours of objectives on either ground, as rules of a sheet made here: the page's policy allows no inline style.
import { colourVariables } from '../charts/index.ts';

export function adoptColours(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:root{${colourVariables.light}} :root[data-theme="dark"]{${colourVariables.dark}}`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
