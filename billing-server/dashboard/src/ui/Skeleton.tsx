/** The place of something that is on its way: give it the size of what will come. */
export function Skeleton({ className }: { className: string }) {
  return <span aria-hidden className={`appear-late block rounded-control bg-track ${className}`} />;
}
