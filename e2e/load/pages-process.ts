// Many reading pages in a process of their own: node pages-process.ts ADDRESS PAGES PAUSE SEED. It tells when all have begun; they
// read until it is told to stop, then it tells what they saw.
import { connectPage } from './page-connection.ts';
import { type Question, questions, ReadingPage } from './reading-page.ts';

export interface PagesSaw {
  waits: Record<Question, number[]>;
  events: number;
  faults: string[];
}

export type PagesSay = { type: 'begun' } | { type: 'saw'; saw: PagesSaw };

const say = (said: PagesSay, then?: () => void) => process.send!(said, undefined, {}, then);
const [address, pages, pause, seed] = process.argv.slice(2) as [string, string, string, string];
const clients = await Promise.all(Array.from({ length: Number(pages) }, () => connectPage(address)));
const reading = clients.map(
  (client, index) => new ReadingPage(client, { seed: Number(seed) + index, pause: Number(pause) }),
);
process.once('disconnect', () => process.exit());
process.once('message', () => {
  for (const page of reading) page.stop();
});
void Promise.all(reading.map(({ begun }) => begun)).then(() => say({ type: 'begun' }));
const ended = await Promise.allSettled(reading.map((page) => page.read()));
const refusals = ended.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
const saw: PagesSaw = {
  waits: Object.fromEntries(questions.map((one) => [one, reading.flatMap(({ waits }) => waits[one])])) as never,
  events: reading.reduce((sum, page) => sum + page.events, 0),
  faults: [...refusals, ...reading.flatMap(({ faults }) => faults)],
};
for (const client of clients) client.close();
say({ type: 'saw', saw }, () => process.disconnect());
