/** Quotas that differ from what AWS grants everybody, as `ec2/L-1216C47A`. */
export interface ServiceQuotasState {
  applied: Record<string, number>;
}

export const emptyServiceQuotas = (): ServiceQuotasState => ({ applied: {} });
