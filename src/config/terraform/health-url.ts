import * as z from 'zod';
import type { TerraformResource } from './read-terraform.ts';
import { managed, texts } from './resource-attributes.ts';

const targetGroupAttributes = z.object({
  arn: z.string(),
  health_check: z.array(z.object({ path: z.string().nullish(), matcher: z.string().nullish() })).nullish(),
});

const listenerAttributes = z.object({
  load_balancer_arn: z.string(),
  port: z.number(),
  protocol: z.string(),
  default_action: z.array(
    z.object({
      target_group_arn: z.string().nullish(),
      forward: z.array(z.object({ target_group: z.array(z.object({ arn: z.string() })) })).nullish(),
    }),
  ),
});

const loadBalancerAttributes = z.object({ arn: z.string(), dns_name: z.string() });

const recordAttributes = z.object({
  fqdn: z.string(),
  records: texts,
  alias: z
    .array(z.object({ name: z.string() }))
    .nullish()
    .transform((aliases) => (aliases ?? []).map(({ name }) => name)),
});

/**
 * The address under which users would meet the target group's own health check: the load balancer's name in Route 53, its
 * listener, the check's path. A guess where one of them is not known, or the check takes other answers than 2xx for healthy.
 */
export function fleetHealthUrl(
  resources: readonly TerraformResource[],
  targetGroupArn: string,
): { readonly healthUrl: string } | { readonly healthUrlGuess: string } | undefined {
  const check = managed(
    resources,
    ['aws_lb_target_group', 'aws_alb_target_group'],
    targetGroupAttributes,
  ).find(({ attributes }) => attributes.arn === targetGroupArn)?.attributes.health_check?.[0];
  const path = check?.path ?? '';
  if (!path.startsWith('/')) return undefined;

  const listeners = managed(resources, ['aws_lb_listener', 'aws_alb_listener'], listenerAttributes)
    .map(({ attributes }) => attributes)
    .filter((listener) => schemes[listener.protocol] !== undefined && forwardsTo(listener, targetGroupArn));
  const listener = listeners.find(({ protocol }) => protocol === 'HTTPS') ?? listeners[0];
  const loadBalancer = managed(resources, ['aws_lb', 'aws_alb'], loadBalancerAttributes).find(
    ({ attributes }) => attributes.arn === listener?.load_balancer_arn,
  )?.attributes;
  const record = managed(resources, ['aws_route53_record'], recordAttributes).find(({ attributes }) =>
    [...attributes.alias, ...attributes.records].some(
      (name) => loadBalancer !== undefined && hostOf(name) === hostOf(loadBalancer.dns_name),
    ),
  )?.attributes;

  if (listener === undefined || record === undefined)
    return { healthUrlGuess: `https://morpheus.example.com${path}` };
  const { scheme, defaultPort } = schemes[listener.protocol] ?? { scheme: 'https', defaultPort: 443 };
  const url = `${scheme}://${hostOf(record.fqdn)}${listener.port === defaultPort ? '' : `:${listener.port}`}${path}`;
  // A matcher is a list of codes and ranges, such as 200,202 or 200-399.
  const answers2xx = (check?.matcher ?? '200').match(/\d+/g)?.every((code) => code.startsWith('2')) === true;
  return answers2xx && URL.canParse(url) ? { healthUrl: url } : { healthUrlGuess: url };
}

const schemes: Readonly<Record<string, { readonly scheme: string; readonly defaultPort: number }>> = {
  HTTP: { scheme: 'http', defaultPort: 80 },
  HTTPS: { scheme: 'https', defaultPort: 443 },
};

const forwardsTo = (listener: z.output<typeof listenerAttributes>, targetGroupArn: string) =>
  listener.default_action.some(
    ({ target_group_arn, forward }) =>
      target_group_arn === targetGroupArn ||
      (forward ?? []).some(({ target_group }) => target_group.some(({ arn }) => arn === targetGroupArn)),
  );

/** Route 53 aliases may say `dualstack.NAME` or end in a dot. */
const hostOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/^dualstack\./, '')
    .replace(/\.$/, '');
