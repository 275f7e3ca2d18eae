// The thread that shows that the process lives, a line a second, and ends the process when its parent is gone. It does so
// while a native call blocks the main thread, which is why it writes to the file descriptor itself: a stream of a thread
// goes through the main one.
import { writeSync } from 'node:fs';

const interval = 1000;
const standardOutput = 1;
const parent = process.ppid;

setInterval(() => {
  if (!parentLives() || !beat()) process.kill(process.pid, 'SIGKILL');
}, interval);

/** An orphan gets another parent; where it does not (Windows), the process id answers no more. */
function parentLives(): boolean {
  if (process.ppid !== parent) return false;
  try {
    process.kill(parent, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** False when nobody can read it any more; a reader that is slow to empty the pipe is one nevertheless. */
function beat(): boolean {
  try {
    writeSync(standardOutput, '.\n');
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPIPE';
  }
}
