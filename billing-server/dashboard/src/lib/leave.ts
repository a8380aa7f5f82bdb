/** Loads another page in the place of this one: nothing stays in memory. */
export function leaveFor(url: string) {
  window.location.assign(url);
}

/** Loads this page anew. */
export function reload() {
  window.location.reload();
}
