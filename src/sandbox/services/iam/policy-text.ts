import type { Position } from '@aws-sdk/client-iam';
import type { PolicyDocument } from './state.ts';

const indent = 4;

/** The document as somebody wrote it. */
export const policyText = (document: PolicyDocument): string => JSON.stringify(document, null, indent);

/** Answers have documents percent-encoded: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
export const encodedPolicy = (document: PolicyDocument): string =>
  encodeURIComponent(policyText(document)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export interface Extent {
  readonly StartPosition: Position;
  readonly EndPosition: Position;
}

/** Where a statement stands in the text: from behind the bracket or the comma before it to behind its last brace. */
export function extentOf({ Statement }: PolicyDocument, index: number): Extent {
  const linesOf = (count: number) =>
    Statement.slice(0, count).reduce(
      (lines, statement) => lines + JSON.stringify(statement, null, indent).split('\n').length,
      0,
    );
  const list = { Line: 3, Column: indent + '"Statement": ['.length + 1 };
  const behind = (count: number) => ({ Line: list.Line + linesOf(count), Column: 2 * indent + 2 });
  const before = behind(index);
  return {
    StartPosition: index === 0 ? list : { ...before, Column: before.Column + 1 },
    EndPosition: behind(index + 1),
  };
}
