import { UsageError } from '../../errors.ts';
import { type Draft, draftText, schemaInClone } from '../draft.ts';
import { draftFromOutputs } from './draft-from-outputs.ts';
import { draftFromResources } from './draft-from-resources.ts';
import { readTerraform, type TerraformDocument } from './read-terraform.ts';

/**
 * A commented `runbook.yaml` of what Terraform deployed. `text` is what `terraform output -json` or `terraform show -json`
 * prints, or a state file; `source` is its name in messages. What it does not say is marked `TODO`.
 * @throws UsageError where the text is none of these, or no Auto Scaling group is in it
 */
export function configFromTerraform(text: string, source: string, schema: string = schemaInClone): string {
  const document = readTerraform(text, source);
  const draft = draftFrom(document);
  if (draft.fleets.length === 0) throw noFleet(document, source);
  return draftText(draft, schema);
}

function draftFrom(document: TerraformDocument): Draft {
  switch (document.form) {
    case 'resources':
      return draftFromResources(document.resources);
    case 'outputs':
      return draftFromOutputs(document.outputs);
    default:
      return document satisfies never;
  }
}

function noFleet(document: TerraformDocument, source: string): UsageError {
  return document.form === 'outputs'
    ? new UsageError({
        code: 'TERRAFORM_NO_FLEET',
        message: `None of the outputs in ${source} that are not sensitive names an Auto Scaling group, such as "asg_name" or "app_autoscaling_group_arn".`,
        hint: 'The whole state says more: terraform show -json > show.json, then: runbook config init --from-terraform show.json',
      })
    : new UsageError({
        code: 'TERRAFORM_NO_FLEET',
        message: `${source} manages no aws_autoscaling_group, so there is no fleet to describe.`,
        hint: 'Give the state of the module that deploys the application, or begin with the example: runbook config init',
      });
}
