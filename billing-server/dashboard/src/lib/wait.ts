/** How long to wait before looking again, as time goes by: 1, 2, 3, then every 5 seconds. */
export function pauseMs(sinceMs: number): number {
  if (sinceMs < 1_000) return 1_000;
  if (sinceMs < 3_000) return 2_000;
  return sinceMs < 6_000 ? 3_000 : 5_000;
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
