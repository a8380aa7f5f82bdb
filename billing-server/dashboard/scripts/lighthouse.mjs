// Measures pages of a sandbox that runs: BASE_URL=http://127.0.0.1:8080 npm run lighthouse [/ /transactions …]
// A check before releases, and no gate: figures vary by several points, so the median of three runs counts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Newer ones want a newer Node. It is fetched when asked for: its hundred packages are in no lock file.
const LIGHTHOUSE = 'lighthouse@12.8.2';
const RUNS = 3;
/** Now and then Chromium leaves a run without a trace. */
const MOST_TRIES = 3;
const BUDGETS = {
  mobile: { performance: 90, accessibility: 100, 'best-practices': 100 },
  desktop: { performance: 98, accessibility: 100, 'best-practices': 100 },
};
const METRICS = {
  'largest-contentful-paint': 2500,
  'cumulative-layout-shift': 0.05,
  'total-blocking-time': 200,
};

const base = process.env.BASE_URL ?? 'http://127.0.0.1:8080';
const chrome =
  process.env.CHROME_PATH ??
  process.env.CHROMIUM_PATH ??
  ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const paths = process.argv.length > 2 ? process.argv.slice(2) : ['/login', '/', '/transactions'];

/** The cookie of the demo user. */
async function signIn() {
  const { sign_in } = await (await fetch(new URL('/auth/session', base))).json();
  const demo = sign_in.find(({ kind }) => kind === 'demo');
  if (!demo) throw new Error(`${base} is no sandbox: it has no demo user to sign in`);
  const answer = await fetch(new URL(demo.url, base), {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: new URL(base).origin },
    body: new URLSearchParams({ user: demo.users[0].id, return_to: '/' }),
  });
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

function measure(path, device, cookie, folder) {
  const report = join(folder, 'report.json');
  const isDone = Array.from({ length: MOST_TRIES }).some(() => run(path, device, cookie, report));
  if (!isDone) throw new Error(`lighthouse failed for ${path}`);
  const { categories, audits } = JSON.parse(readFileSync(report, 'utf8'));
  return {
    scores: Object.fromEntries(Object.entries(categories).map(([name, { score }]) => [name, score * 100])),
    metrics: Object.fromEntries(Object.keys(METRICS).map((name) => [name, audits[name].numericValue])),
  };
}

function run(path, device, cookie, report) {
  const flags = process.getuid?.() === 0 ? '--headless=new --no-sandbox' : '--headless=new';
  const outcome = spawnSync(
    'npx',
    [
      ...[
        '--yes',
        LIGHTHOUSE,
        new URL(path, base).href,
        '--quiet',
        '--output=json',
        `--output-path=${report}`,
      ],
      ...[`--chrome-flags=${flags}`, '--only-categories=performance,accessibility,best-practices'],
      ...(device === 'desktop' ? ['--preset=desktop'] : []),
      ...(path === '/login' ? [] : [`--extra-headers=${JSON.stringify({ Cookie: cookie })}`]),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CHROME_PATH: chrome } },
  );
  return outcome.status === 0;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
let missed = 0;
function tell(name, value, isGood, budget) {
  if (!isGood) missed += 1;
  const shown = value < 1 ? value.toFixed(3) : Math.round(value);
  process.stdout.write(`${isGood ? 'ok   ' : 'MISS '} ${name.padEnd(28)} ${shown} (${budget})\n`);
}

const cookie = await signIn();
const folder = mkdtempSync(join(tmpdir(), 'lighthouse-'));
for (const path of paths) {
  for (const [device, budget] of Object.entries(BUDGETS)) {
    const runs = Array.from({ length: RUNS }, () => measure(path, device, cookie, folder));
    process.stdout.write(`${path} ${device}\n`);
    for (const [name, least] of Object.entries(budget)) {
      const score = median(runs.map(({ scores }) => scores[name]));
      tell(name, score, score >= least, `at least ${least}`);
    }
    for (const [name, most] of Object.entries(METRICS)) {
      const value = median(runs.map(({ metrics }) => metrics[name]));
      tell(name, value, value <= most, `at most ${most}`);
    }
  }
}
rmSync(folder, { recursive: true });
process.exitCode = missed > 0 ? 1 : 0;
