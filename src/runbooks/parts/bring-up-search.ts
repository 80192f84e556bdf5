import * as z from 'zod';
import { createDomain, deleteDomain, describeDomain, domainTags } from '../../aws/opensearch.ts';
import { minutes, seconds } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import {
  type Change,
  change,
  type ForEach,
  type ListEntry,
  type StepReference,
  wait,
} from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { tellToGo } from './delete-temporary.ts';
import { type BringUp, tagsFor } from './drill-mode.ts';
import { eachRecovered } from './each-recovered.ts';
import { nameInUse } from './name-in-use.ts';
import { filledIn, writeParameters } from './node-parameters.ts';
import { recoveredNamed, recoveryOf } from './recovered-components.ts';
import { loginReads, replicatedLogin } from './replicated-login.ts';

/** Makes every search domain anew. Its snapshot is restored once a node can. */
export const bringUpSearch = (bringUp: BringUp): ForEach<{ name: string }> =>
  eachRecovered('search-domain', {
    id: 'search',
    title: 'Make each search domain anew',
    example: 'search',
    steps: (name) => bringUpDomain(name, bringUp),
  });

const made = z.object({ domain: z.string(), region: z.string() });

type Made = z.output<typeof made>;

const place = ({ environment }: Pick<ReadContext, 'environment'>, name: string) => ({
  ...recoveredNamed(environment, 'search-domain', name).recovery,
  region: recoveryOf(environment).region,
});

function bringUpDomain(name: string, { mode }: BringUp): readonly ListEntry[] {
  const create = createdDomain(name, tagsFor(mode));
  return [
    create,
    domainIsActive(create),
    writeParameters(
      'parameters',
      name,
      mode,
      async ({ environment, aws, outputOf }) => {
        const { domain, region } = outputOf(create);
        const host = (await describeDomain(aws.in(region), domain))?.Endpoints?.['vpc'];
        if (host === undefined) throw hasNoEndpoint(domain);
        return filledIn(recoveredNamed(environment, 'search-domain', name).recovery.parameters, { host });
      },
      [describeDomain],
    ),
  ];
}

/** Within the VPC security groups say who gets to it, and the master user's password who gets in. */
const openPolicy = (domain: string, region: string, account: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'es:ESHttp*',
        Resource: `arn:aws:es:${region}:${account}:domain/${domain}/*`,
      },
    ],
  });

const createdDomain = (name: string, tags: ReturnType<typeof tagsFor>): Change<Made> =>
  change<Made>({
    id: 'create',
    title: 'Make a search domain with the master user that the replicated secret has',
    uses: [describeDomain, domainTags, ...loginReads, createDomain, deleteDomain],
    returns: made,
    async findApplied({ aws, environment, runId }) {
      const { name: domain, region } = place({ environment }, name);
      const there = aws.in(region);
      const found = await describeDomain(there, domain);
      if (found === undefined) return undefined;
      const run = (await domainTags(there, found.ARN ?? ''))['runbook:run'];
      if (run === runId) return { domain, region };
      throw nameInUse('search domain', domain, region, run);
    },
    async apply(context) {
      const { region, subnets, ...wanted } = place(context, name);
      const there = context.aws.in(region);
      const { user, password } = await replicatedLogin(there, wanted.secret);
      await createDomain(there, {
        name: wanted.name,
        engineVersion: wanted.engineVersion,
        instanceType: wanted.instanceType,
        instanceCount: wanted.instanceCount,
        zones: wanted.zones,
        volume: wanted.volume,
        subnets: (subnets ?? recoveryOf(context.environment).network.subnets).slice(0, wanted.zones),
        securityGroups: wanted.securityGroups,
        key: wanted.key,
        user,
        password,
        accessPolicy: openPolicy(wanted.name, region, context.environment.account),
        tags: tags(context),
      });
      return { domain: wanted.name, region };
    },
    summary: ({ domain }) => domain,
    undo: {
      title: 'Delete the search domain, and see it gone',
      every: minutes(1),
      timeout: minutes(60),
      async turn({ aws }, { domain, region }) {
        const there = aws.in(region);
        const found = await describeDomain(there, domain);
        if (found === undefined) return { ready: true };
        if (found.Deleted === true) return { ready: false, because: `${domain} is being deleted` };
        const command = `aws opensearch delete-domain --domain-name ${domain} --region ${region}`;
        return { ready: false, because: await tellToGo(domain, command, () => deleteDomain(there, domain)) };
      },
    },
  });

const domainIsActive = (create: StepReference<Made>) =>
  wait({
    id: 'active',
    title: 'The search domain is active',
    uses: [describeDomain],
    every: seconds(30),
    timeout: minutes(60),
    hint: 'aws opensearch describe-domain shows what it waits for',
    returns: z.object({ at: z.iso.datetime() }),
    async probe({ aws, outputOf, clock }) {
      const { domain, region } = outputOf(create);
      const found = await describeDomain(aws.in(region), domain);
      if (found?.Endpoints?.['vpc'] !== undefined && found.Processing !== true)
        return { ready: true, output: { at: clock.now().toISOString() } };
      return { ready: false, because: found === undefined ? 'it is not there' : 'it is being made' };
    },
  });

const hasNoEndpoint = (domain: string): OperatorError =>
  new OperatorError({
    code: 'NO_ENDPOINT',
    message: `Search domain ${domain} has no endpoint: nodes could not find it`,
    hint: `aws opensearch describe-domain --domain-name ${domain}`,
  });
