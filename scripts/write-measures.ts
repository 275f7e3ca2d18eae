// Writes docs/measures.md from the measure cards. Run it after a card changed: node scripts/run.mjs scripts/write-measures.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measuresMarkdown } from '../src/shared/measures/markdown.ts';

const file = join(import.meta.dirname, '..', 'docs', 'measures.md');
writeFileSync(file, measuresMarkdown());
process.stdout.write(`${file}\n`);
