import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Domain } from './state.ts';

export const invalid = (message: string): AwsFault => new AwsFault('ValidationException', message);

/** Instances per domain, unless AWS was asked for more. https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html */
const mostInstances = 80;

export function checkInstanceCount(count: number | undefined): void {
  if (count === undefined) return;
  if (!Number.isInteger(count) || count < 1)
    throw invalid('Instance count must be greater than or equal to 1.');
  if (count > mostInstances)
    throw new AwsFault(
      'LimitExceededException',
      `The requested number of instances, ${count}, exceeds the limit of ${mostInstances} instances per domain.`,
    );
}

export const domainNamed = (world: World, name: string | undefined): Domain | undefined =>
  world.openSearch.domains.find(({ described }) => described.DomainName === name);

export function checkName(name: string): void {
  const refused = (constraint: string) =>
    invalid(
      `1 validation error detected: Value '${name}' at 'domainName' failed to satisfy constraint: Member must ${constraint}`,
    );
  if (name.length < 3) throw refused('have length greater than or equal to 3');
  if (name.length > 28) throw refused('have length less than or equal to 28');
  if (!/^[a-z][a-z0-9-]+$/.test(name)) throw refused('satisfy regular expression pattern: [a-z][a-z0-9\\-]+');
}

export function knownDomain(world: World, name = ''): Domain {
  checkName(name);
  const domain = domainNamed(world, name);
  if (domain === undefined) throw new AwsFault('ResourceNotFoundException', `Domain not found: ${name}`);
  return domain;
}

/** The name that clients connect to, once there is one. */
export const endpointOf = ({ described }: Domain): string | undefined =>
  described.Endpoints?.['vpc'] ?? described.Endpoint;
