import * as z from 'zod';
import { type Check, check, type StepReference } from '../../engine/step.ts';
import { OperatorError } from '../../errors.ts';
import { type ClusterFacts, isAvailable, type Member } from './aurora-cluster.ts';

const roles = z.object({
  /** Writes now. */
  former: z.string(),
  /** Is to write. */
  target: z.string(),
  zone: z.string(),
  tier: z.int(),
  /** Why this one. */
  because: z.string(),
});

/** Who writes, and who is to. */
export type Roles = z.output<typeof roles>;

export function targetIsPromotable(
  wanted: string | undefined,
  cluster: StepReference<ClusterFacts>,
): Check<Roles> {
  return check({
    id: 'target',
    title: 'An available reader in another zone can take over, and it is known which one will',
    returns: roles,
    async run({ outputOf }) {
      const facts = outputOf(cluster);
      const choice = chooseTarget(facts.members, wanted);
      if ('roles' in choice) return choice.roles;
      throw new OperatorError({
        code: choice.refusal.code,
        message: choice.refusal.because,
        hint: `aws rds describe-db-clusters --db-cluster-identifier ${facts.cluster} --query "DBClusters[0].DBClusterMembers"`,
      });
    },
    summary: ({ former, target, zone, because }) => `${former} to ${target} in ${zone}: ${because}`,
  });
}

type Choice =
  | { readonly roles: Roles }
  | {
      readonly refusal: {
        readonly code: 'NO_READER_ELSEWHERE' | 'TARGET_NOT_PROMOTABLE';
        readonly because: string;
      };
    };

/**
 * The reader that was asked for, else the one that Aurora would prefer: the lowest promotion tier.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
 */
export function chooseTarget(members: readonly Member[], wanted: string | undefined): Choice {
  const writer = members.find(({ writes }) => writes);
  const readers = members.filter((each) => !each.writes && isAvailable(each));
  const elsewhere = readers.filter(({ zone }) => zone !== writer?.zone);
  if (writer === undefined || elsewhere.length === 0) {
    return refused({
      code: 'NO_READER_ELSEWHERE',
      because: `No available reader stands in another zone than the writer (${writer?.id ?? 'none'} in ${writer?.zone ?? 'no zone'}): ${membersText(members)}`,
    });
  }
  const [best] = elsewhere.toSorted((one, other) => one.tier - other.tier || one.id.localeCompare(other.id));
  const target = wanted === undefined ? best : readers.find(({ id }) => id === wanted);
  if (target === undefined) {
    return refused({
      code: 'TARGET_NOT_PROMOTABLE',
      because: `${whyNot(members, wanted ?? '')}: ${membersText(members)}`,
    });
  }
  const { id, zone, tier } = target;
  const because =
    wanted === undefined ? `promotion tier ${tier}, the first among the readers elsewhere` : 'as asked for';
  return { roles: { former: writer.id, target: id, zone, tier, because } };
}

const refused = (refusal: Extract<Choice, { refusal: unknown }>['refusal']): Choice => ({ refusal });

function whyNot(members: readonly Member[], wanted: string): string {
  const found = members.find(({ id }) => id === wanted);
  if (found === undefined) return `${wanted} is no member of the cluster`;
  return found.writes ? `${wanted} is the writer already` : `${wanted} is ${found.status}, not available`;
}

const membersText = (members: readonly Member[]): string =>
  members
    .map(({ id, writes, status, zone }) => `${id} ${writes ? 'writes' : 'reads'} in ${zone}, ${status}`)
    .join('; ');
