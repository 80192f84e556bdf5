/** Names that say nothing about which fleet it is. */
const empty = /^(this|main|default|self|asg|group|name|module|cluster|fleet|auto-?scaling(-group)?)?$/;

/** The first candidate that says something, in the form that `runbook.yaml` asks of names. */
export function componentName(candidates: readonly (string | number | undefined)[]): string {
  return (
    candidates
      .filter((candidate) => typeof candidate === 'string')
      .map((candidate) => kebab(candidate).replace(/-(asg|auto-?scaling(-group)?)$/, ''))
      .find((candidate) => !empty.test(candidate)) ?? 'app'
  );
}

/** A second `app` becomes `app-2`. */
export function unique<T extends { readonly component: string }>(fleets: readonly T[]): readonly T[] {
  const taken = new Set<string>();
  return fleets.map((fleet) => {
    let component = fleet.component;
    for (let count = 2; taken.has(component); count++) component = `${fleet.component}-${count}`;
    taken.add(component);
    return { ...fleet, component };
  });
}

export const kebab = (text: string): string =>
  text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');

/** `module.stack.module.app["blue"]` -> `app` */
export const moduleName = (address: string): string | undefined =>
  address
    .replace(/\[[^\]]*\]/g, '')
    .split('.')
    .at(-1);
