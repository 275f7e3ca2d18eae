// Opens a file in whatever the system opens such files with.
import { spawn } from 'node:child_process';

type Environment = Record<string, string | undefined>;

/** Whether somebody sits before a screen of this machine. */
export function hasDisplay(platform: NodeJS.Platform, env: Environment): boolean {
  if (env.SSH_CONNECTION) return false;
  return platform === 'darwin' || platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Does not wait, and tells nobody when there is no program for it. */
export function openFile(file: string, platform: NodeJS.Platform = process.platform): void {
  const [command, ...args] = openerOf(platform);
  spawn(command, [...args, file], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

function openerOf(platform: NodeJS.Platform): [string, ...string[]] {
  if (platform === 'darwin') return ['open'];
  // explorer.exe takes one argument and interprets nothing in it, unlike cmd's start.
  return platform === 'win32' ? ['explorer.exe'] : ['xdg-open'];
}
