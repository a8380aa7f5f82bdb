import { Loading } from '~/shared/Loading';
import { Skeleton } from '~/ui/Skeleton';

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export function ListSkeleton() {
  return (
    <Loading>
      <div className="grid gap-3 py-2">
        {ROWS.map((row) => (
          <Skeleton key={row} className="h-20 sm:h-10" />
        ))}
      </div>
    </Loading>
  );
}
