import { getSmithyContext } from '@smithy/core/transport';
import type {
  AwsCredentialIdentity,
  HandlerExecutionContext,
  InitializeMiddleware,
  MetadataBearer,
  Pluggable,
  SelectedHttpAuthScheme,
  StaticOperationSchema,
} from '@smithy/types';
import type { Clock } from '../clock.ts';
import { AwsCallError, BlockedWrite, Bug, Interrupted } from '../errors.ts';
import { callError } from './call-error.ts';
import type { CallRecord, Grant, ServiceName } from './clients.ts';
import { iamActionOf, iamPrefixOf } from './iam-prefix.ts';
import { readOperations, secretOperations } from './read-operations.ts';
import { redact, secretsIn } from './redaction.ts';
import type { CallsUnderWay, WireOptions } from './retry.ts';

/** What goes along with a command: the grant that it was sent under, and what its requests are sent with. */
export type Grants = WeakMap<object, { readonly grant: Grant; readonly wire: WireOptions }>;

export interface GuardOptions {
  readonly service: ServiceName;
  readonly region: string;
  /** The Region is not the session's own, so that the record says which it is. */
  readonly isElsewhere: boolean;
  readonly profile: string | undefined;
  readonly rehearsal: boolean;
  readonly clock: Clock;
  readonly grants: Grants;
  readonly calls: CallsUnderWay;
}

/**
 * Stands before everything else that a client does with a command, and lets through only what the step was granted.
 *
 * It sees what is sent through its client and nothing else. Out of its sight are other clients, presigned URLs, and the calls
 * that the SDK's credential providers make to STS and SSO on their own. So there must be no other way to a client: `src/aws`
 * is the only importer of the SDK, `guarded-client.ts` the only file that makes clients, and it never hands one out.
 */
export function guardPlugin(options: GuardOptions): Pluggable<object, MetadataBearer> {
  const { service, region, isElsewhere, profile, rehearsal, clock, grants, calls } = options;
  const iamPrefix = iamPrefixOf[service];
  const reads = new Set(readOperations[service]);
  const handsOutSecrets = new Set(secretOperations[service]);

  const guard: InitializeMiddleware<object, MetadataBearer> = (next, context) => async (args) => {
    const [operation, inputSchema] = operationOf(context);
    const action = iamActionOf(service, operation);
    const granted = grants.get(args);
    if (granted === undefined)
      throw new Bug(`${action} was not sent: it came to the client without a step's grant`);
    const { grant, wire } = granted;
    if (!grant.actions.includes(action)) {
      throw new Bug(
        `${action} was not sent: the step ${grant.step} does not declare it. Add the function that sends it to the step's \`uses\`, or ${action} to that function's actions`,
      );
    }
    const isRead = reads.has(operation);
    const write = !isRead && !handsOutSecrets.has(operation);
    const parameters = redact(inputSchema, args.input) ?? {};
    const { step, phase } = grant;
    const record = (end: Pick<CallRecord, 'attempts' | 'milliseconds' | 'requestId' | 'error'>) =>
      grant.record({
        step,
        phase,
        service: iamPrefix,
        ...(isElsewhere && { region }),
        operation,
        write,
        parameters,
        ...end,
      });

    if (!isRead && rehearsal) {
      record({ attempts: 0, milliseconds: 0, error: 'BlockedWrite' });
      throw new BlockedWrite(iamPrefix, operation, parameters);
    }
    if (!isRead && phase === 'read') {
      throw new Bug(
        write
          ? `${action} was not sent: the step ${step} may only read here. If it changes nothing, add ${operation} to the list in read-operations.ts`
          : `${action} was not sent: it hands out a secret, and the step ${step} may only read here`,
      );
    }
    if (grant.signal.aborted) throw new Interrupted();

    const call = { signal: grant.signal, write, wire, attempts: 0 };
    calls.set(context, call);
    const begun = clock.now().getTime();
    const failed = (error: unknown) =>
      error instanceof Interrupted
        ? error
        : callError(error, {
            service: iamPrefix,
            operation,
            action,
            parameters,
            write,
            attempts: call.attempts,
            region,
            profile,
            secrets: [...secretsOf(context), ...secretsIn(inputSchema, args.input)],
            handsOutSecret: !isRead && !write,
          });
    const [answer, failure] = await next(args).then(
      (result) => [result, undefined] as const,
      (error: unknown) => [undefined, failed(error)] as const,
    );
    const requestId =
      answer?.output.$metadata.requestId ?? (failure instanceof AwsCallError ? failure.requestId : undefined);
    record({
      attempts: call.attempts,
      milliseconds: clock.now().getTime() - begun,
      ...(requestId !== undefined && { requestId }),
      ...(failure !== undefined && {
        error: failure instanceof AwsCallError ? failure.awsCode : failure.name,
      }),
    });
    if (failure !== undefined) throw failure;
    return answer;
  };

  return {
    applyToStack: (stack) => {
      stack.add(guard, { name: 'runbookGuard', step: 'initialize', priority: 'high' });
    },
  };
}

/** From the schema that the request is written with, not from a name that goes along with it. */
function operationOf(context: HandlerExecutionContext): [operation: string, input: StaticOperationSchema[4]] {
  const { operationSchema } = getSmithyContext(context);
  if (!isOperationSchema(operationSchema))
    throw new Bug('A command without an operation schema was not sent');
  const [, , name, , input] = operationSchema;
  return [name, input];
}

/** Of the credentials that the call was signed with, in case AWS or a proxy repeats them in its answer. */
function secretsOf(context: HandlerExecutionContext): readonly string[] {
  const scheme = getSmithyContext(context)['selectedHttpAuthScheme'] as SelectedHttpAuthScheme | undefined;
  const { secretAccessKey, sessionToken }: Partial<AwsCredentialIdentity> = scheme?.identity ?? {};
  return [secretAccessKey, sessionToken].filter((it) => it !== undefined);
}

/** An operation's schema is a tuple that begins with 9. */
const isOperationSchema = (schema: unknown): schema is StaticOperationSchema =>
  Array.isArray(schema) && schema[0] === 9;
