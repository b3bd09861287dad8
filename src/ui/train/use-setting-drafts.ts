import { useCallback, useMemo, useState } from 'react';
import { runConfigProblems, settingNames, type RunConfig } from '../../domain/run-config';
import { useActions, usePage } from '../store-context';
import { findSettingProblem, parseSetting, writeSetting, type NumberSetting } from './setting-text';

/** What stands in the number fields. Only good values reach the project; a bad text stays here, with what is wrong with it. */
export interface SettingDrafts {
  textOf(field: NumberSetting): string;
  problemOf(field: NumberSetting): string | null;
  change(field: NumberSetting, text: string): void;
  /** The field was left: a good text is shown as its value. */
  settle(field: NumberSetting): void;
  clear(fields?: readonly NumberSetting[]): void;
  /** The first bad text with its field's name; null when all can be trained with. */
  readonly firstProblem: string | null;
}

/** What every part of the settings needs. */
export interface SettingsProps {
  readonly drafts: SettingDrafts;
  readonly isReadOnly: boolean;
}

type Texts = Readonly<Partial<Record<NumberSetting, string>>>;

function without(texts: Texts, fields: readonly NumberSetting[]): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([field]) => !fields.some((gone) => gone === field)));
}

function isTyped(entry: [string, string | undefined]): entry is [NumberSetting, string] {
  return entry[1] !== undefined;
}

function findFirstProblem(settings: RunConfig, texts: Texts): string | null {
  for (const [field, text] of Object.entries(texts).filter(isTyped)) {
    const problem = findSettingProblem(settings, field, text);
    if (problem !== null) return `${settingNames[field]}: ${problem.slice(0, 1).toLowerCase()}${problem.slice(1)}`;
  }
  return null;
}

export function useSettingDrafts(): SettingDrafts {
  const settings = usePage(({ project }) => project.document.settings);
  const { changeSettings } = useActions();
  const [texts, setTexts] = useState<Texts>({});
  const clear = useCallback((fields?: readonly NumberSetting[]) => {
    setTexts((former) => (fields === undefined ? {} : without(former, fields)));
  }, []);
  return useMemo(() => {
    // Two good settings may not go together, whichever of them was typed: the one that says so shows it.
    const standing = runConfigProblems(settings);
    return {
      textOf: (field) => texts[field] ?? writeSetting(settings[field]),
      problemOf: (field) => {
        const text = texts[field];
        if (text !== undefined) return findSettingProblem(settings, field, text);
        return standing.find((problem) => problem.field === field)?.message ?? null;
      },
      change: (field, text) => {
        setTexts((former) => ({ ...former, [field]: text }));
        if (findSettingProblem(settings, field, text) === null) changeSettings({ [field]: parseSetting(field, text) });
      },
      settle: (field) => {
        const text = texts[field];
        if (text !== undefined && findSettingProblem(settings, field, text) === null) clear([field]);
      },
      clear,
      firstProblem: findFirstProblem(settings, texts),
    };
  }, [texts, settings, changeSettings, clear]);
}
