/** Leaves for a page that is not ours. */
export function leaveFor(url: string) {
  window.location.assign(url);
}
