import { Loading } from '~/shared/Loading';
import { Card } from '~/ui/Card';
import { Skeleton } from '~/ui/Skeleton';

/** The three steps while the ways to pay are on their way. */
export function TopUpSkeleton() {
  return (
    <Loading>
      <Card>
        <Skeleton className="h-[15.5rem]" />
      </Card>
      <Card>
        <Skeleton className="h-48" />
      </Card>
      <Card>
        <Skeleton className="h-32" />
      </Card>
    </Loading>
  );
}
