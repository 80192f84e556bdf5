/** What a step may do with AWS, handed over by the engine for one step. */
export interface Grant {
  /** Path of the step, for the record. */
  readonly step: string;
  readonly phase: CallPhase;
  /** IAM actions that the step declares, such as `autoscaling:StartInstanceRefresh`. Anything else is refused. */
  readonly actions: readonly string[];
  /** No further call is sent once this is aborted. */
  readonly signal: AbortSignal;
  /** Called after every call, and for every write that a rehearsal blocked, before the answer reaches the step. */
  record(call: CallRecord): void;
}

export const callPhases = ['read', 'apply', 'undo'] as const;
export type CallPhase = (typeof callPhases)[number];

export interface CallRecord {
  readonly step: string;
  readonly phase: CallPhase;
  /** IAM prefix of the service: `autoscaling`, `ec2`, `elasticloadbalancing`. */
  readonly service: string;
  /** Only of a call that went to another Region than the session's own. */
  readonly region?: string;
  readonly operation: string;
  readonly write: boolean;
  /** As sent, secrets redacted. */
  readonly parameters: unknown;
  readonly requestId?: string;
  readonly attempts: number;
  readonly milliseconds: number;
  /** AWS's error code, `BlockedWrite` in a rehearsal, absent where the call succeeded. */
  readonly error?: string;
}

export type ServiceName =
  | 'acm'
  | 'auto-scaling'
  | 'backup'
  | 'cloudwatch'
  | 'ec2'
  | 'efs'
  | 'elastic-load-balancing-v2'
  | 'iam'
  | 'kms'
  | 'mq'
  | 'opensearch'
  | 'rds'
  | 'route-53'
  | 's3'
  | 'secrets-manager'
  | 'service-quotas'
  | 'ssm'
  | 'sts';

/** An SDK command of any client: enough of its shape to send it and to know what comes back. */
export interface SdkCommand<Input extends object, Output extends object> {
  readonly input: Input;
  /** Never called by us: it ties `Output` to the command's type. */
  resolveMiddleware(...unused: never[]): (...unused: never[]) => Promise<{ output: Output }>;
}

export interface ReadClients {
  /** Every call goes to this Region. */
  readonly region: string;
  /** The same under the same grant in another Region of the account, such as the environment's recovery Region. */
  in(region: string): ReadClients;
  /** The Region that the caller's own settings name (`AWS_REGION`, the profile), `undefined` where they name none. */
  callerRegion(): Promise<string | undefined>;
  /**
   * @throws AwsCallError for an answer that is an error, after retries
   * @throws Interrupted where the run was told to stop before the call was sent
   * @throws Bug for an operation that the step did not declare, or a write where none is meant
   * @throws BlockedWrite for a write in a rehearsal
   */
  send<Input extends object, Output extends object>(
    service: ServiceName,
    command: SdkCommand<Input, Output>,
  ): Promise<Output>;
}

export interface ChangeClients extends ReadClients {
  readonly mayChange: true;
  in(region: string): ChangeClients;
}

export interface AwsSession {
  forReading(grant: Grant): ReadClients;
  forChanging(grant: Grant): ChangeClients;
}
