import { describe, expect, it } from 'vitest';
import { pluralizer } from './plural';

/** Every text of a dictionary by its path; functions are called with as many arguments as they take. */
function texts(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node === 'function') return [[path, String(node(...Array(node.length).fill(5)))]];
  return Object.entries(node as object).flatMap(([key, value]) => texts(value, `${path}/${key}`));
}

const ukrainian = new Map(all(import.meta.glob('./uk/*.ts', { eager: true })));
const english = new Map(all(import.meta.glob('./en/*.ts', { eager: true })));

/** Every area there is; a new one is found by its file. */
function all(modules: Record<string, unknown>): [string, string][] {
  return Object.entries(modules).flatMap(([file, area]) => (file.endsWith('/index.ts') ? [] : texts(area)));
}

/** Names that are the same in both. */
const UNTRANSLATED = /^\/common\/language\//;

describe('dictionaries', () => {
  it('have the same texts', () => {
    expect([...english.keys()].sort()).toEqual([...ukrainian.keys()].sort());
  });

  it.each([...ukrainian])('%s is natural in both languages', (path, text) => {
    const translated = english.get(path) ?? '';
    for (const each of [text, translated]) {
      expect(each.trim()).toBe(each);
      expect(each).not.toBe('');
      expect(each).not.toContain('!');
      expect(each).not.toMatch(/undefined|\[object/);
    }
    if (UNTRANSLATED.test(path)) return;
    expect(text, 'a Russian letter').not.toMatch(/[ыэъё]/i);
    expect(text, 'a polite lower-case ви').not.toMatch(/(?<=\S )Ви\b|(?<=\S )Ваш/);
    expect(translated, 'a Cyrillic letter in English').not.toMatch(/[а-яіїєґ]/i);
  });
});

it('counts as each language does', () => {
  const forms = { one: 'день', few: 'дні', many: 'днів', other: 'дня' };
  const uk = pluralizer('uk');
  expect([1, 2, 5, 11, 21, 22, 25, 1.5].map((count) => uk(count, forms))).toEqual(
    ['1 день', '2 дні', '5 днів', '11 днів', '21 день', '22 дні', '25 днів', '1,5 дня'].map((text) =>
      text.replace(' ', '\u00a0'),
    ),
  );
  expect(pluralizer('en')(1, { one: 'day', other: 'days' })).toBe('1\u00a0day');
  expect(pluralizer('en')(12, { one: 'day', other: 'days' })).toBe('12\u00a0days');
});
