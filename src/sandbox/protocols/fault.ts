import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticErrorSchema } from '@smithy/types';
import type { AwsFault } from '../service.ts';
import { awsQueryError, membersOf, type ServiceModel, wireCodeOf } from './service-model.ts';

/** A fault with everything that a protocol needs to write it. */
export interface WireFault {
  /** As the query protocol has it, which is not always the shape's name. */
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly blame: 'Sender' | 'Receiver';
  /** Absent for codes that AWS documents and does not model, such as `Throttling` and all of EC2's. */
  readonly schema: StaticErrorSchema | undefined;
  readonly members: Readonly<Record<string, unknown>>;
}

export function wireFault(fault: AwsFault, errors: ServiceModel['errors']): WireFault {
  const schema = errors.get(fault.code);
  const status =
    (schema && modelledStatus(schema)) ?? fault.status ?? (schema && isServerError(schema) ? 500 : 400);
  return {
    code: schema ? wireCodeOf(schema) : fault.code,
    message: fault.message,
    status,
    blame: status < 500 ? 'Sender' : 'Receiver',
    schema,
    members: fault.members,
  };
}

function modelledStatus(schema: StaticErrorSchema): number | undefined {
  const { httpError } = NormalizedSchema.of(schema).getMergedTraits();
  return typeof httpError === 'number' ? httpError : awsQueryError(schema).status;
}

const isServerError = (schema: StaticErrorSchema) =>
  NormalizedSchema.of(schema).getMergedTraits().error === 'server';

const isMessage = (member: string) => member.toLowerCase() === 'message';

/** `message` or `Message`, as the shape has it. */
export const messageMember = (schema: StaticErrorSchema | undefined): string =>
  schema?.[4].find(isMessage) ?? 'message';

/** The members besides the message, for which every protocol has a place of its own. */
export const furtherMembers = (schema: StaticErrorSchema | undefined): ReturnType<typeof membersOf> =>
  schema ? membersOf(NormalizedSchema.of(schema)).filter(([name]) => !isMessage(name)) : [];
