/** An accessible name as it is read: blanks that don't break are blanks. */
export function named(name: string): RegExp {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/ /g, '\\s')}$`);
}

/** Text as it is seen, with plain blanks. */
export function seen(element: Element | null | undefined): string | undefined {
  return element?.textContent?.replace(/\u00a0/g, ' ');
}
