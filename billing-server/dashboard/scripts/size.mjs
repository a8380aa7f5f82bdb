// Holds the build to its budgets. Sizes are exact, so a build over them fails.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const KB = 1024;
const BUDGETS = {
  entry: 105 * KB,
  chunk: 12 * KB,
  chart: 20 * KB,
  scripts: 200 * KB,
  styles: 10 * KB,
  dist: 700 * KB,
};

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    return { name: entry.name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
  });

const index = readFileSync(join(dist, 'index.html'), 'utf8');
const isEntry = (file) => file.name.endsWith('.js') && index.includes(file.name);
const total = (chosen, size) => chosen.reduce((sum, file) => sum + file[size], 0);
const scripts = files.filter((file) => file.name.endsWith('.js'));

const measured = [
  ['entry scripts', total(scripts.filter(isEntry), 'gzip'), BUDGETS.entry],
  ...scripts
    .filter((file) => !isEntry(file))
    .map((file) => [
      file.name,
      file.gzip,
      file.name.startsWith('SpendingChart') ? BUDGETS.chart : BUDGETS.chunk,
    ]),
  ['all scripts', total(scripts, 'gzip'), BUDGETS.scripts],
  [
    'styles',
    total(
      files.filter((file) => file.name.endsWith('.css')),
      'gzip',
    ),
    BUDGETS.styles,
  ],
  ['dist, not compressed', total(files, 'raw'), BUDGETS.dist],
];

let over = 0;
for (const [name, bytes, budget] of measured) {
  const mark = bytes > budget ? 'OVER' : 'ok';
  if (bytes > budget) over += 1;
  process.stdout.write(
    `${mark.padEnd(5)}${(bytes / KB).toFixed(1).padStart(7)} of ${budget / KB} KB  ${name}\n`,
  );
}
process.exitCode = over > 0 ? 1 : 0;
