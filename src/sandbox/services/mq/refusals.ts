import { AwsFault } from '../../service.ts';
import type { World } from '../../world.ts';
import type { Broker, ConfigurationState } from './state.ts';

export const badRequest = (attribute: string, message: string): AwsFault =>
  new AwsFault('BadRequestException', message, { members: { ErrorAttribute: attribute } });

export const notFound = (attribute: string, message: string): AwsFault =>
  new AwsFault('NotFoundException', message, { members: { ErrorAttribute: attribute } });

export const brokerOf = (world: World, id: string | undefined): Broker | undefined =>
  world.mq.brokers.find(({ described }) => described.BrokerId === id);

export function knownBroker(world: World, id: string | undefined): Broker {
  const broker = brokerOf(world, id);
  if (broker === undefined)
    throw notFound('broker-id', `Can't find requested broker [${id}]. Make sure your broker exists.`);
  return broker;
}

export function knownConfiguration(world: World, id: string | undefined): ConfigurationState {
  const found = world.mq.configurations.find(({ configuration }) => configuration.Id === id);
  if (found === undefined)
    throw notFound(
      'configuration_id',
      `Can't find requested configuration [${id}]. Make sure your configuration exists.`,
    );
  return found;
}

/** What the page sizes of this service may be. */
export function pageSize(count: number | undefined): number {
  if (count !== undefined && (count < 5 || count > 100))
    throw badRequest('maxResults', `Invalid maxResults [${count}]. It must be between 5 and 100.`);
  return count ?? 100;
}

/** https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers-broker-id-users-username.html */
export function checkPassword(password = ''): void {
  if (password.length < 12 || password.length > 250 || new Set(password).size < 4 || /[,:=]/.test(password))
    throw badRequest(
      'password',
      'The password is invalid. It must be at least 12 characters long, with at least 4 unique characters, and must not contain commas, colons or equal signs.',
    );
}
