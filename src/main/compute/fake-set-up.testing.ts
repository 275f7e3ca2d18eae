// A set-up of TensorFlow that fetches nothing: what tests start in place of the real one. An argument says how it ends.
import { setTimeout as delay } from 'node:timers/promises';

const say = (phase: string, message: string) => process.stdout.write(`${JSON.stringify({ phase, message })}\n`);

process.once('SIGTERM', () => {
  say('failed', 'Stopped; nothing is left of it.');
  process.exit(130);
});

const args = [...process.argv.slice(2), process.env.FAKE_SET_UP ?? ''];
if (args.includes('--remove')) say('done', 'Removed it.');
else {
  say('requirements', 'Looking …');
  process.stdout.write('a line of another program\n');
  say('fetch', `Fetching for ${args.includes('--gpu') ? 'a GPU' : 'the processor'} …`);
  if (args.includes('--crash')) {
    process.stderr.write('Error: out of luck\n');
    process.exit(7);
  }
  if (args.includes('--fail')) {
    say('failed', 'pip could not fetch it: no network.');
    process.exit(1);
  }
  if (args.includes('--wait')) await delay(60_000);
  say('done', 'The engine "tensorflow" is ready.');
}
