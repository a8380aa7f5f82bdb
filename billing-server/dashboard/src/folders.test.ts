import { describe, expect, it } from 'vitest';

/** Each folder imports from those after it, and never from one before: the map in the README. */
const ORDER = ['app', 'pages', 'features', 'payments', 'shared', 'api', 'ui', 'i18n', 'lib'];

const sources = import.meta.glob<string>(['./*/**/*.{ts,tsx}', '!**/*.test.*', '!./test/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** The folders of `src` that a file imports from, types and parts that are loaded later among them. */
function imported(file: string, text: string): string[] {
  const paths = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, path = '']) => path);
  const here = new URL(file, 'src:/');
  return paths
    .filter((path) => /^(~|\.)/.test(path))
    .map((path) => new URL(path.replace(/^~/, ''), here).pathname.split('/')[1] ?? '');
}

describe('imports run one way', () => {
  it.each(ORDER)('from %s downwards', (folder) => {
    const files = Object.entries(sources).filter(([file]) => file.startsWith(`./${folder}/`));
    const above = ORDER.slice(0, ORDER.indexOf(folder));
    const upwards = files.flatMap(([file, text]) =>
      imported(file, text)
        .filter((other) => above.includes(other) || !ORDER.includes(other))
        .map((other) => `${file} imports from ${other}`),
    );
    expect(files.length).toBeGreaterThan(0);
    expect(upwards).toEqual([]);
  });
});
