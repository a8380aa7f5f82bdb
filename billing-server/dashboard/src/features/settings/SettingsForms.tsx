import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useBalance } from '~/api/balance';
import { keys } from '~/api/keys';
import type { Settings } from '~/api/model';
import { useI18n, useTexts } from '~/i18n';
import { settingsTexts } from '~/i18n/settings';
import { LeaveGuard } from '~/shared/LeaveGuard';
import { AccountSection } from './AccountSection';
import { LimitsSection, limitsOf } from './LimitsSection';
import { RegionSection, regionOf } from './RegionSection';
import { useEdits } from './useEdits';
import { WarningsSection, warningsOf } from './WarningsSection';

/** All sections of the settings; leaving them with changes asks. */
export function SettingsForms({ settings }: { settings: Settings }) {
  const texts = useTexts(settingsTexts);
  const { language } = useI18n();
  const limits = useEdits(limitsOf(settings, language));
  const warnings = useEdits(warningsOf(settings, language));
  const region = useEdits(regionOf(settings));
  useFollowedSettings();
  return (
    <>
      <LimitsSection settings={settings} edits={limits} />
      <WarningsSection settings={settings} edits={warnings} />
      <RegionSection settings={settings} edits={region} />
      <AccountSection settings={settings} />
      <LeaveGuard isOn={limits.isDirty || warnings.isDirty || region.isDirty} texts={texts.leaving} />
    </>
  );
}

/** What is changed elsewhere is told by the balance, which is always followed. */
function useFollowedSettings() {
  const cache = useQueryClient();
  const { data: balance } = useBalance();
  const { day, month, lowThreshold, timeZone } = balance ?? {};
  const told = balance && [day?.limit, month?.limit, lowThreshold, timeZone].join();

  useEffect(() => {
    const settings = cache.getQueryData<Settings>(keys.settings);
    if (!settings || !told) return;
    const { dailyLimit, monthlyLimit, lowThreshold, timeZone } = settings;
    if (told === [dailyLimit, monthlyLimit, lowThreshold, timeZone].join()) return;
    cache.invalidateQueries({ queryKey: keys.settings });
  }, [cache, told]);
}
