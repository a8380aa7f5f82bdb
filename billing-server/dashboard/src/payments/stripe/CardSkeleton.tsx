import { Loading } from '~/shared/Loading';
import { Skeleton } from '~/ui/Skeleton';

/** The place of the card form: number, expiry, CVC and country. */
export function CardSkeleton() {
  return (
    <Loading>
      <div className="grid grid-cols-2 gap-4">
        <Skeleton className="col-span-2 h-16" />
        <Skeleton className="h-16" />
        <Skeleton className="h-16" />
        <Skeleton className="col-span-2 h-16" />
      </div>
    </Loading>
  );
}
