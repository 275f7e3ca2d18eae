// Another program that locks the database of a lab and, meanwhile, asks its page for the runs again and again: node
// lock-holder.ts FILE ADDRESS SECONDS. Says `ready`; at a line locks and says `locked`; then what it was answered, as JSON.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { connectPage } from '../load/page-connection.ts';

const [file, address, seconds] = process.argv.slice(2) as [string, string, string];
const client = await connectPage(address);
await client.api.runs.list({});
const database = new Database(file, { timeout: 5000 });
process.stdout.write('ready\n');
await once(process.stdin, 'data');
database.exec('BEGIN EXCLUSIVE');
process.stdout.write('locked\n');
const until = performance.now() + Number(seconds) * 1000;
const answers: number[] = [];
while (performance.now() < until) {
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
