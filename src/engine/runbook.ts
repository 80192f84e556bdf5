import type * as z from 'zod';
import type { Environment } from '../environment.ts';
import type { ListEntry } from './step.ts';

/** ARNs by IAM action (`rds:ModifyDBCluster`), or by the prefix of a service's actions (`secretsmanager`); an action's own go first. */
export type Resources = Readonly<Record<string, readonly string[]>>;

/** One documented procedure. Its id is also its file's name, its page's name in docs/runbooks and its command's name. */
export interface Runbook<Parameters extends z.ZodObject = z.ZodObject> {
  readonly id: string;
  readonly title: string;
  readonly whenToUse: string;
  /** Every parameter becomes a flag: `minHealthy` is `--min-healthy`, its description the flag's. */
  readonly parameters: Parameters;
  /** Throws a `UsageError` for parameters that this environment has nothing for: before anything is journalled or asked of AWS. */
  validate?(parameters: z.output<Parameters>, environment: Environment): void;
  /** What the actions of its steps touch in this environment, for a policy. Actions stay with the functions that call them; those without are on `*`. */
  resources?(environment: Environment): Resources;
  /** Pure: run, rehearsal, docs, permissions and resume call it and get the same list for the same parameters. */
  steps(parameters: z.output<Parameters>): readonly ListEntry[];
  /** The lists that the docs show, where parameters choose between procedures. The first is the default. */
  readonly forms: readonly { readonly title: string; readonly parameters: z.input<Parameters> }[];
  /** Without a terminal a failed run is undone by itself. Only where undoing is never worse than leaving things as they are. */
  readonly safeToUndo: boolean;
}

export const runbook = <Parameters extends z.ZodObject>(body: Runbook<Parameters>): Runbook<Parameters> =>
  body;
