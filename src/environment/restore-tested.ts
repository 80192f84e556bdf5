import type { Component } from '../environment.ts';

/** Types of components of which `backup-verify --restore` makes a restore test; all others are restored by hand. */
export const restoreTestedTypes = [
  'aurora-cluster',
  'file-system',
] as const satisfies readonly Component['type'][];

export type RestoreTestedType = (typeof restoreTestedTypes)[number];

export const isRestoreTested = <Kind extends { readonly type: Component['type'] }>(
  component: Kind,
): component is Extract<Kind, { type: RestoreTestedType }> =>
  restoreTestedTypes.some((type) => type === component.type);
