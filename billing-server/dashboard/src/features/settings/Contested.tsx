import { useTexts } from '~/i18n';
import { settingsTexts } from '~/i18n/settings';
import { focusHeading } from '~/ui/Card';

interface ContestedProps {
  /** What was saved elsewhere meanwhile. */
  value: string;
  onTake: () => void;
}

/** At a field that was changed here and elsewhere: the newer value, to compare and to take. */
export function Contested({ value, onTake }: ContestedProps) {
  const texts = useTexts(settingsTexts);
  return (
    <span role="status" className="flex flex-wrap items-center gap-x-3 text-caution">
      {texts.changedElsewhere(value)}
      <button
        type="button"
        onClick={({ currentTarget }) => {
          focusHeading(currentTarget);
          onTake();
        }}
        className="min-h-11 rounded-control text-primary underline underline-offset-4"
      >
        {texts.takeTheirs}
      </button>
    </span>
  );
}
