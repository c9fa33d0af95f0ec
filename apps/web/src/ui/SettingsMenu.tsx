import { useTranslation } from 'react-i18next';
import { chooseLng, type Lng } from '../i18n.ts';
import { chooseTheme, useTheme, type Theme } from '../theme.ts';
import { SlidersIcon } from './icons.tsx';
import { Choice } from './fields.tsx';

/** Language and appearance, in a native popover. */
export function SettingsMenu() {
  const { t, i18n } = useTranslation();
  const theme = useTheme();
  return (
    <>
      <button
        type="button"
        popoverTarget="settings"
        aria-label={t('settings')}
        className="inline-flex size-11 items-center justify-center rounded-md hover:bg-sunken"
      >
        <SlidersIcon size={20} />
      </button>
      <div
        id="settings"
        popover="auto"
        className="absolute inset-auto top-15 right-3 m-0 w-72 rounded-lg border border-edge bg-surface p-4 text-ink open:grid open:gap-4"
      >
        <Choice<Lng>
          legend={t('language')}
          name="lng"
          value={i18n.language === 'zh' ? 'zh' : 'en'}
          options={[
            { value: 'en', label: <span lang="en">English</span> },
            { value: 'zh', label: <span lang="zh-CN">中文</span> },
          ]}
          onChange={(lng) => void chooseLng(lng)}
        />
        <Choice<Theme>
          legend={t('theme')}
          name="theme"
          value={theme}
          options={[
            { value: 'system', label: t('theme_system') },
            { value: 'light', label: t('theme_light') },
            { value: 'dark', label: t('theme_dark') },
          ]}
          onChange={chooseTheme}
        />
      </div>
    </>
  );
}
