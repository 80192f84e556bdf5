import { isLike } from '../../wildcard.ts';
import { type Context, conditionsHold, missingKeys } from './conditions.ts';
import type { PolicyDocument, PolicyStatement } from './state.ts';

export interface Question {
  readonly action: string;
  /** Without it: on some resource or other. */
  readonly resource?: string | undefined;
  readonly context: Context;
}

export interface NamedPolicy {
  readonly id: string;
  readonly document: PolicyDocument;
}

export interface Verdict {
  readonly decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** The statements that decided, by their number in their policy. */
  readonly because: readonly { readonly policy: NamedPolicy; readonly statement: number }[];
  readonly missingKeys: readonly string[];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: one deny outweighs every allow. */
export function evaluate(policies: readonly NamedPolicy[], question: Question): Verdict {
  const concerned = policies.flatMap((policy) =>
    policy.document.Statement.flatMap((statement, index) =>
      isAbout(statement, question) ? [{ policy, statement: index, is: statement }] : [],
    ),
  );
  const holding = concerned.filter(({ is }) => conditionsHold(is, question.context));
  const denying = holding.filter(({ is }) => is.Effect === 'Deny');
  const deciding = denying.length > 0 ? denying : holding;
  return {
    decision: denying.length > 0 ? 'explicitDeny' : holding.length > 0 ? 'allowed' : 'implicitDeny',
    because: deciding.map(({ policy, statement }) => ({ policy, statement })),
    missingKeys: [...new Set(concerned.flatMap(({ is }) => missingKeys(is, question.context)))],
  };
}

function isAbout(statement: PolicyStatement, { action, resource }: Question): boolean {
  const { actions, resources } = scopeOf(statement);
  if (!covers(actions, action.toLowerCase())) return false;
  if (resource !== undefined) return covers(resources, resource);
  // Where the resource is not known, an allow for some resource counts, and a deny only if it is for all of them.
  return statement.Effect === 'Allow' || (!resources.butFor && resources.patterns.includes('*'));
}

interface Scope {
  readonly patterns: readonly string[];
  /** Of everything but what the patterns say. */
  readonly butFor: boolean;
}

const covers = ({ patterns, butFor }: Scope, text: string): boolean =>
  patterns.some((pattern) => isLike(pattern, text)) !== butFor;

/** Every call of the sandbox asks for them. Statements are never changed in place. */
const scopes = new WeakMap<PolicyStatement, { readonly actions: Scope; readonly resources: Scope }>();

function scopeOf(statement: PolicyStatement) {
  const known = scopes.get(statement);
  if (known !== undefined) return known;
  const { Action, NotAction, Resource, NotResource } = statement;
  const scope = {
    actions: {
      // Actions are compared without regard to case.
      patterns: [Action ?? NotAction ?? []].flat().map((action) => action.toLowerCase()),
      butFor: Action === undefined && NotAction !== undefined,
    },
    resources: {
      patterns: [Resource ?? NotResource ?? '*'].flat(),
      butFor: Resource === undefined && NotResource !== undefined,
    },
  };
  scopes.set(statement, scope);
  return scope;
}
