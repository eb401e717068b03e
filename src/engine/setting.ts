import type { SettingFact } from '../policy/fact.ts';
import type { FormAnswer } from './form-answers.ts';
import type { Answer } from './result.ts';
import type { Scope } from './scope.ts';

/** Where the infusion is planned: by the order and its encounter, and by what a form says of it. */
export function settingAnswer(
  fact: SettingFact,
  { order: { setting } }: Scope,
  answers: readonly FormAnswer[],
): Answer {
  const said = new Set(answers.map(({ evidence }) => evidence.value));
  const values = new Set(setting.value === 'unknown' ? said : [setting.value, ...said]);
  const evidence = [...setting.evidence, ...answers.map((answer) => answer.evidence)];
  const [value] = values;
  if (values.size === 1)
    return { truth: value === fact.setting, needs: undefined, evidence, missing: [], searched: [] };
  return {
    truth: null,
    needs: values.size > 1 ? 'review' : setting.isUnread ? 'data-access' : 'documentation',
    evidence,
    missing:
      values.size > 1 || setting.isUnread
        ? []
        : [{ what: 'Planned place of the infusion: inpatient or outpatient' }],
    searched: setting.isUnread
      ? [{ resourceType: 'Encounter', count: 0, status: 'failed', reason: 'the encounter could not be read' }]
      : [],
  };
}
