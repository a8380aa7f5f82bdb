import { existsSync } from 'node:fs';

const SYSTEM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FOLDERS = ['/usr/bin', '/usr/local/bin', '/snap/bin'];

/** Which Chromium to drive: the one that is named, else one of the system; undefined is Playwright's own. */
export function browserPath(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  if (named && !existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, which is not there`);
  return named ?? SYSTEM.flatMap((name) => FOLDERS.map((folder) => `${folder}/${name}`)).find(existsSync);
}

/** Chromium's sandbox does not run as root, as in containers; everywhere else it stays on. */
export function browserArgs(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : [];
}
