import { minutes } from '../duration.ts';
import type { environmentSchema } from '../environment.ts';
import { advance } from './advance.ts';
import { calm } from './calm.ts';
import { csoDev, csoDevEnvironment } from './cso-dev.ts';
import { account, region } from './morpheus-prod/names.ts';
import { morpheusProd, morpheusProdEnvironment } from './morpheus-prod.ts';
import { later } from './schedule.ts';
import { type Account, newAccount, seenFrom, type World } from './world.ts';

/** What the schema reads, before defaults: `z.input` without an import of zod, which this folder does not use. */
export type EnvironmentInput = (typeof environmentSchema)['_zod']['input'];

interface DeployedEnvironment {
  build(whole: Account): void;
  /** As `runbook.yaml` would have it. */
  readonly description: EnvironmentInput;
}

/** The stacks that the sandbox's account can hold, by their names in `runbook.yaml`. The first is the usual one. */
export const deployedEnvironments: Readonly<Record<string, DeployedEnvironment>> = {
  prod: { build: morpheusProd, description: morpheusProdEnvironment },
  dev: { build: csoDev, description: csoDevEnvironment },
};

/** When a sandbox run begins, unless it is told otherwise: a quiet hour of a Monday. */
export const beginning = new Date('2026-03-02T02:10:00Z');

/** Long enough before the beginning that every alarm has data and every node is past its grace period. */
const quietBefore = minutes(30);

export interface NewWorld {
  readonly scenario?: Account['scenario'];
  readonly seed: number;
  /** To the minute. */
  readonly begins?: Date;
  /** Names of deployed environments; all of them without it. */
  readonly environments?: readonly string[];
}

/** An account in which the environments stand at rest, with traffic as on any night, seen from the Region of the first. */
export function newWorld({
  scenario: { id, title, brief } = calm,
  seed,
  begins = beginning,
  environments = Object.keys(deployedEnvironments),
}: NewWorld): World {
  const minute = new Date(Math.floor(begins.getTime() / minutes(1)) * minutes(1));
  const whole = newAccount(account, {
    seed,
    now: later(minute, -quietBefore),
    environments,
    scenario: { id, title, brief },
  });
  for (const name of environments) deployedEnvironments[name]?.build(whole);
  const world = seenFrom(whole, deployedEnvironments[environments[0] ?? '']?.description.region ?? region);
  advance(world, minute);
  return world;
}
