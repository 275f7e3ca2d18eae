// Another program that locks the database of a lab and, meanwhile, asks its page for the runs again and again: node
// lock-holder.ts FILE ADDRESS. Says `ready`; at a line locks and says `locked`; at the next, and a few answers, ends the lock and
// says what it was answered, as JSON.
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { connectPage } from '../load/page-connection.ts';

/** Answers that it waits for at least. */
const few = 5;

const [file, address] = process.argv.slice(2) as [string, string];
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const client = await connectPage(address);
await client.api.runs.list({});
const database = new Database(file, { timeout: 5000 });
process.stdout.write('ready\n');
await lines.next();
database.exec('BEGIN EXCLUSIVE');
process.stdout.write('locked\n');
let isLong = false;
void lines.next().then(() => {
  isLong = true;
});
const answers: number[] = [];
while (!isLong || answers.length < few) {
  const asked = performance.now();
  await client.api.runs.list({});
  answers.push(performance.now() - asked);
  await delay(50);
}
database.exec('ROLLBACK');
database.close();
client.close();
process.stdout.write(`${JSON.stringify({ answers: answers.length, longest: Math.max(...answers) })}\n`);
process.exit(0);
