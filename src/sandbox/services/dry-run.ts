import { AwsFault } from '../service.ts';

/** Services whose operations have a `DryRun`, and what they answer when nothing else stands in the way. */
const answers: Readonly<Record<string, () => AwsFault>> = {
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
  ec2: () =>
    new AwsFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', { status: 412 }),
  // https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html
  kms: () =>
    new AwsFault(
      'DryRunOperationException',
      'The request would have succeeded, but the DryRun option is set.',
    ),
};

/** @throws AwsFault where the call is only asked about: then nothing may happen */
export function refuseDryRun(service: string, input: unknown): void {
  const answer = answers[service];
  if (
    answer !== undefined &&
    typeof input === 'object' &&
    input !== null &&
    Reflect.get(input, 'DryRun') === true
  )
    throw answer();
}
