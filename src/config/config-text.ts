import { stringify } from 'yaml';

/** A `runbook.yaml` for environments of which everything is known. @param comment for its first line */
export const configText = (environments: object, comment: string): string =>
  `# ${comment}\n${stringify({ environments }, { lineWidth: 0 })}`;
