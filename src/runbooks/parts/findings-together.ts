import type { Finding } from '../../engine/finding.ts';

export interface FindingsOf {
  readonly name: string;
  readonly findings: readonly Finding[];
}

/**
 * The findings of several resources of one component in as few rows as possible: what passes for many is one row, what does not is a row of
 * its own, with its name.
 */
export function findingsTogether(each: readonly FindingsOf[]): readonly Finding[] {
  const [only, ...others] = each;
  if (only === undefined || others.length === 0) return only?.findings ?? [];
  const subjects = new Set(each.flatMap(({ findings }) => findings.map(({ subject }) => subject)));
  return [...subjects].flatMap((subject) => {
    const seen = each.flatMap(({ name, findings }) =>
      findings.filter((finding) => finding.subject === subject).map((finding) => ({ name, finding })),
    );
    const passed = seen.filter(({ finding }) => finding.verdict === 'pass');
    const rest = seen.filter(({ finding }) => finding.verdict !== 'pass');
    return [
      ...passedTogether(passed, each.length),
      ...rest.map(({ name, finding }) => ({ ...finding, subject: `${subject} of ${name}` })),
    ];
  });
}

function passedTogether(
  passed: readonly { readonly name: string; readonly finding: Finding }[],
  count: number,
): readonly Finding[] {
  const [first] = passed;
  if (first === undefined) return [];
  const facts = new Set(passed.map(({ finding }) => finding.fact));
  const names = new Set(passed.map(({ name }) => name)).size;
  const howMany = names === count ? `all ${count}` : `${names} of ${count}`;
  const fact = `${howMany}${facts.size === 1 ? '' : `, such as ${first.name}`}: ${first.finding.fact}`;
  return [{ ...first.finding, fact }];
}

/** Findings of a part of a component, with the part's name before what they are of. */
export const findingsOfPart = (part: string, findings: readonly Finding[]): readonly Finding[] =>
  findings.map((finding) => ({ ...finding, subject: `${part}: ${finding.subject}` }));
