import * as z from 'zod';
import { change, type ForEach, forEach, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { answersTo, answerText, commentOf, runOnNodes } from './commands-on-nodes.ts';
import { secretOf } from './rotated-secrets.ts';
import type { RotationItem } from './rotation-item.ts';
import type { AllFacts } from './secret-facts.ts';
import { commandFor, loginUses, nodeToAsk } from './try-logins.ts';
import { secretAsApproved } from './versions-made.ts';

/** The last thing of all, once every secret of the run is proven: from here there is no way back. */
export function retireBefore(
  items: readonly RotationItem[],
  secrets: StepReference<AllFacts>,
): ForEach<{ name: string }> {
  return forEach({
    id: 'retire',
    title: 'Retire the version before, of those secrets that have a command for it',
    item: z.object({ name: z.string() }),
    items: async () => items.filter(({ retires }) => retires).map(({ name }) => ({ name })),
    key: ({ name }) => name,
    steps: ({ name }) => [
      change({
        id: 'retire',
        title: `End the version of ${name} that was current before`,
        uses: loginUses,
        returns: z.object({ version: z.string() }),
        async findApplied(context) {
          const answers = await answersTo(context, commentOf(context, `${name}/retire`));
          const isDone = answers?.every(({ exitCode }) => exitCode === 0) ?? false;
          return isDone ? { version: secretAsApproved(context, name, secrets).current } : undefined;
        },
        async apply(context) {
          const secret = secretOf(context.environment, name);
          const { current: version } = secretAsApproved(context, name, secrets);
          const answers = await runOnNodes(context, {
            nodes: [await nodeToAsk(context, secret.login.fleet)],
            line: commandFor(secret.retire ?? '', secret, version),
            comment: commentOf(context, `${name}/retire`),
          });
          const failed = answers.find(({ exitCode }) => exitCode !== 0);
          if (failed === undefined) return { version };
          throw new OperatorError({
            code: 'NOT_RETIRED',
            message: `The command that ends version ${version} of secrets.${name} failed on ${answerText(failed)}. Every node uses the new version; the one before may still work`,
            hint: 'Retry sends it again; or end it by hand, and skip this step',
          });
        },
        summary: ({ version }) => `version ${version}`,
        cannotUndo: 'what was revoked is not given again; rotate once more instead',
      }),
    ],
    example: { name: 'api' },
  });
}
