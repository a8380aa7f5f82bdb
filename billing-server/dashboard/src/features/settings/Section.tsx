import { Check } from 'lucide-react';
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { describeError, type ErrorText } from '~/api/errors';
import { useI18n, useTexts } from '~/i18n';
import { settingsTexts } from '~/i18n/settings';
import { announce } from '~/ui/Announcer';
import { Button, buttonClass, Spinner } from '~/ui/Button';
import { Card, focusHeading } from '~/ui/Card';
import type { Save } from './useSave';

interface SectionProps {
  title: string;
  text?: string;
  isDirty: boolean;
  save: Save;
  onSave: () => void;
  onUndo: () => void;
  /** The field says itself what was refused. */
  isToldAtField?: boolean;
  children: ReactNode;
}

/** A part of the settings that is saved by itself. */
export function Section({
  title,
  text,
  isDirty,
  save,
  onSave,
  onUndo,
  isToldAtField = false,
  children,
}: SectionProps) {
  const form = useRef<HTMLFormElement>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isDirty || save.state === 'saving') return;
    flushSync(onSave);
    focusInvalid(form.current);
  };
  useEffect(() => {
    if (isToldAtField) focusInvalid(form.current);
  }, [isToldAtField]);

  const undo = (pressed: Element) => {
    focusHeading(pressed);
    save.touch();
    onUndo();
  };
  return (
    <Card title={title}>
      {text && <p className="-mt-2 mb-4 text-small text-muted">{text}</p>}
      <form ref={form} onSubmit={submit} noValidate className="grid gap-4">
        {children}
        <SaveRow isDirty={isDirty} save={save} onUndo={undo} isToldAtField={isToldAtField} />
      </form>
    </Card>
  );
}

/** The field says what is wrong; there it is heard and mended. Who has gone elsewhere meanwhile is left there. */
function focusInvalid(form: HTMLFormElement | null) {
  const isHere = form?.contains(document.activeElement);
  if (isHere) form?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
}

interface SaveRowProps extends Pick<SectionProps, 'isDirty' | 'save' | 'isToldAtField'> {
  onUndo: (pressed: Element) => void;
}

function SaveRow({ isDirty, save, onUndo, isToldAtField }: SaveRowProps) {
  const texts = useTexts(settingsTexts);
  const { t } = useI18n();
  const isSaved = save.state === 'saved' && !isDirty;

  useEffect(() => {
    if (isSaved) announce(texts.saved);
  }, [isSaved, texts]);

  const isSaving = save.state === 'saving';
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      {/* Off without `disabled`, which would take the focus away from who has just saved. */}
      <button
        type="submit"
        aria-disabled={!isDirty || isSaving || undefined}
        className={buttonClass('primary', 'min-w-36')}
      >
        {isSaving && <Spinner />}
        {isSaving ? texts.saving : texts.save}
      </button>
      {isDirty && !isSaving && (
        <Button variant="quiet" onClick={({ currentTarget }) => onUndo(currentTarget)}>
          {texts.undo}
        </Button>
      )}
      {isSaved && (
        <span className="flex items-center gap-1.5 text-small text-positive">
          <Check aria-hidden size={16} />
          {texts.saved}
        </span>
      )}
      {save.state === 'failed' && !isToldAtField && <Refusal error={describeError(save.error, t)} />}
    </div>
  );
}

function Refusal({ error: { text, id } }: { error: ErrorText }) {
  const texts = useTexts(settingsTexts);
  const { t } = useI18n();
  return (
    <p role="status" className="w-full text-small text-danger">
      {texts.unsaved} {text} {id && <span className="text-muted">{t.common.errorId(id)}</span>}
    </p>
  );
}
