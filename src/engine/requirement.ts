import type { Requirement } from '../policy/policy.ts';
import type { GovernedOrder } from './determination.ts';

/** By every plan line and setting that it can be; where they differ it is unknown. */
export function priorAuthorization({ policy, order, lines }: GovernedOrder): Requirement {
  const { byLine, ...rules } = policy.priorAuthorization;
  const { value } = order.setting;
  const settings = value === 'unknown' ? (['inpatient', 'outpatient'] as const) : [value];
  const requirements = lines.flatMap((line) => {
    const own = byLine.find((rule) => rule.lines.includes(line));
    return settings.map((setting) => own?.[setting] ?? rules[setting]);
  });
  const [first = 'unknown'] = requirements;
  return requirements.every((requirement) => requirement === first) ? first : 'unknown';
}
