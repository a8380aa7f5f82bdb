import { Link } from 'react-router';
import type { Transaction } from '~/api/model';
import { RECENT_COUNT, useRecent } from '~/api/recent';
import { useI18n, useTexts } from '~/i18n';
import { overviewTexts } from '~/i18n/overview';
import { decimalsOf } from '~/lib/money';
import { Freshness } from '~/shared/Freshness';
import { Loading } from '~/shared/Loading';
import { QueryError } from '~/shared/QueryError';
import { Card } from '~/ui/Card';
import { type Column, DataTable } from '~/ui/DataTable';
import { EmptyState } from '~/ui/EmptyState';
import { Later } from '~/ui/Later';
import { Skeleton } from '~/ui/Skeleton';
import { TransactionAmount, TransactionName } from './TransactionName';

export function RecentCard() {
  const texts = useTexts(overviewTexts).recent;
  const query = useRecent();
  const { data: recent } = query;
  const all = (
    <Link
      to="/transactions"
      className="-my-1.5 inline-flex min-h-11 items-center text-small text-primary underline underline-offset-4"
    >
      {texts.all}
    </Link>
  );
  return (
    <Card
      title={texts.title}
      aside={
        <span className="flex items-baseline gap-3">
          <Freshness query={query} />
          {all}
        </span>
      }
    >
      {recent && recent.length > 0 && (
        <Later placeholder={<RecentSkeleton />}>
          <RecentTable recent={recent} />
        </Later>
      )}
      {recent?.length === 0 && <EmptyState>{texts.none}</EmptyState>}
      {query.isPending && <RecentSkeleton />}
      {query.isError && !recent && <QueryError error={query.error} onRetry={() => query.refetch()} />}
    </Card>
  );
}

function RecentSkeleton() {
  return (
    <Loading>
      <div className="grid gap-2">
        {Array.from({ length: 1 + RECENT_COUNT }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
          <Skeleton key={row} className="h-13 w-full sm:h-9" />
        ))}
      </div>
    </Loading>
  );
}

function RecentTable({ recent }: { recent: Transaction[] }) {
  const texts = useTexts(overviewTexts).recent;
  const { money, moment } = useI18n();
  const decimals = decimalsOf(recent.map((row) => row.change));
  const decimalsAfter = decimalsOf(recent.map((row) => row.balanceAfter));
  const timeOf = ({ createdAt }: Transaction) => (
    <time dateTime={createdAt} className="whitespace-nowrap text-muted">
      {moment(createdAt, 'dateTime')}
    </time>
  );
  const columns: Column<Transaction>[] = [
    {
      key: 'time',
      header: texts.time,
      wideOnly: true,
      cell: timeOf,
    },
    {
      key: 'what',
      header: texts.what,
      cell: (row) => (
        <>
          <TransactionName transaction={row} />
          <span className="block pl-6 text-note sm:hidden">{timeOf(row)}</span>
        </>
      ),
    },
    {
      key: 'amount',
      header: texts.amount,
      amount: true,
      cell: (row) => <TransactionAmount transaction={row} decimals={decimals} />,
    },
    {
      key: 'after',
      header: texts.balanceAfter,
      amount: true,
      wideOnly: true,
      cell: (row) => money(row.balanceAfter, { decimals: 'fine', column: decimalsAfter }),
    },
  ];
  return <DataTable caption={texts.title} columns={columns} rows={recent} rowKey={(row) => row.id} />;
}
