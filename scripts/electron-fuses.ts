// Fuses: switches within Electron's own binary for what the lab does not use and others could. They are set where npm start has
// fetched Electron, and again after an update of it.
import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';

/**
 * Off: Electron as a plain Node for whoever sets a variable, options of Node from the environment, and more than a browser's
 * rights for pages from files. Workers are utility processes, which need none of it.
 *
 * Left as they are: the inspector's arguments, by which the end-to-end tests drive the window; what belongs to an archive of the
 * program, since it runs from its sources; encrypted cookies, since the window has no cookies and some systems ask for a password.
 */
const unused = [
  FuseV1Options.RunAsNode,
  FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  FuseV1Options.GrantFileProtocolExtraPrivileges,
] as const;

/**
 * @param program Electron's binary, or the one within its bundle
 * @returns whether there was anything to do
 * @throws Error for a file that is no Electron, or that cannot be written
 */
export async function setFuses(program: string): Promise<boolean> {
  const wire = await getCurrentFuseWire(program);
  const isOn = (fuse: FuseV1Options) => wire[fuse] === FuseState.ENABLE;
  if (!unused.some(isOn)) return false;
  await flipFuses(program, {
    version: FuseVersion.V1,
    // What was changed does not fit its signature any more, and that processor runs nothing unsigned.
    resetAdHocDarwinSignature: process.platform === 'darwin' && process.arch === 'arm64',
    ...Object.fromEntries(unused.filter(isOn).map((fuse) => [fuse, false])),
  });
  return true;
}
