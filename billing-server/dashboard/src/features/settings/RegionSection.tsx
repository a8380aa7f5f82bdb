import { useMemo } from 'react';
import { ApiError, describeError } from '~/api/errors';
import type { Settings } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { settingsTexts } from '~/i18n/settings';
import type { Language } from '~/lib/money';
import { SelectField } from '~/ui/SelectField';
import { Contested } from './Contested';
import { Section } from './Section';
import type { Edits } from './useEdits';
import { useSave } from './useSave';
import { KYIV, zoneName, zonesWith } from './zones';

/** No language is the service's own. */
export type Region = { language: string; zone: string };

export const regionOf = ({ language, timeZone }: Settings): Region => ({
  language: language ?? '',
  zone: timeZone,
});

export function RegionSection({ settings, edits }: { settings: Settings; edits: Edits<Region> }) {
  const texts = useTexts(settingsTexts);
  const { t, setLanguage } = useI18n();
  const save = useSave();
  const { values, changed } = edits;
  const zones = useMemo(() => zonesWith(settings.timeZone), [settings.timeZone]);
  const nameOf = (zone: string) => (zone === KYIV ? texts.region.kyiv : zoneName(zone));
  const isZoneRefused = save.error instanceof ApiError && save.error.code === 'INVALID_TIME_ZONE';

  const languages = [
    { value: '', title: texts.region.byService },
    { value: 'uk', title: t.common.language.uk },
    { value: 'en', title: t.common.language.en },
  ];
  const set: typeof edits.set = (name, value) => {
    save.touch();
    edits.set(name, value);
  };
  const start = () => {
    const language = languageOf(values.language);
    const body = {
      ...(changed.includes('language') && { language }),
      ...(changed.includes('zone') && { time_zone: values.zone }),
    };
    save.start(body, () => {
      edits.settle(values);
      if ('language' in body && language) setLanguage(language);
    });
  };

  return (
    <Section
      title={texts.region.title}
      isDirty={edits.isDirty}
      save={save}
      onSave={start}
      onUndo={() => edits.drop()}
      isToldAtField={isZoneRefused}
    >
      <SelectField
        label={texts.region.language}
        options={languages}
        value={values.language}
        onChange={({ target }) => set('language', target.value)}
        className="max-w-sm"
        hint={
          <>
            {texts.region.languageHint}
            {edits.isContested('language') && (
              <Contested
                value={languages.find(({ value }) => value === (settings.language ?? ''))?.title ?? ''}
                onTake={() => edits.drop('language')}
              />
            )}
          </>
        }
      />
      <SelectField
        label={texts.region.zone}
        options={zones.map((zone) => ({ value: zone, title: nameOf(zone) }))}
        value={values.zone}
        onChange={({ target }) => set('zone', target.value)}
        className="max-w-sm"
        error={isZoneRefused ? describeError(save.error, t).text : null}
        hint={
          <>
            {texts.region.zoneHint}
            {edits.isContested('zone') && (
              <Contested value={nameOf(settings.timeZone)} onTake={() => edits.drop('zone')} />
            )}
          </>
        }
      />
    </Section>
  );
}

function languageOf(value: string): Language | null {
  return value === 'uk' || value === 'en' ? value : null;
}
