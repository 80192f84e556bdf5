import { type CertificateSummary, listCertificates } from '../../aws/acm.ts';
import { describeKey, keyRotates, listKeys } from '../../aws/kms.ts';
import { formatDuration, hours } from '../../duration.ts';
import type { ReadContext } from '../../engine/context.ts';
import type { Finding } from '../../engine/finding.ts';
import { type Check, check } from '../../engine/step.ts';

const year = 365;
/** A certificate that ACM renews is renewed 60 days ahead: https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html */
const soon = hours(45 * 24);

/** Nothing is changed here, and nothing hangs on it: it belongs to what whoever rotates secrets should know. */
export const keysAndCertificates: Check<void> = check({
  id: 'keys-and-certificates',
  title: 'Keys get new material every year, and no certificate expires soon (reported only)',
  uses: [listKeys, describeKey, keyRotates, listCertificates],
  async run(context) {
    context.found([...(await keyFindings(context)), ...(await certificateFindings(context))]);
  },
});

async function keyFindings({ aws }: ReadContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const arn of await listKeys(aws)) {
    const key = await describeKey(aws, arn);
    // AWS rotates its own keys; of others, only symmetric ones with KMS's own material can be.
    if (key?.KeyManager !== 'CUSTOMER' || key.KeyState !== 'Enabled') continue;
    if (key.KeySpec !== 'SYMMETRIC_DEFAULT' || key.Origin !== 'AWS_KMS') continue;
    const { rotates, everyDays = year } = await keyRotates(aws, arn);
    const isFine = rotates && everyDays <= year;
    findings.push({
      verdict: isFine ? 'pass' : 'warn',
      subject: `key ${key.KeyId}`,
      fact: rotates
        ? `new material every ${everyDays} days`
        : `never gets new material${key.Description ? ` (${key.Description})` : ''}`,
      rule: 'new material every year',
      ...(!isFine && {
        toDo: `aws kms enable-key-rotation --key-id ${key.KeyId} --rotation-period-in-days ${year}`,
      }),
    });
  }
  return findings;
}

async function certificateFindings({ aws, clock }: ReadContext): Promise<readonly Finding[]> {
  const now = clock.now();
  return (await listCertificates(aws)).flatMap((certificate) =>
    certificate.NotAfter === undefined ? [] : [findingOn(certificate, certificate.NotAfter, now)],
  );
}

function findingOn(certificate: CertificateSummary, notAfter: Date, now: Date): Finding {
  const { DomainName = '', CertificateArn = '', Status, RenewalEligibility, InUse } = certificate;
  const left = notAfter.getTime() - now.getTime();
  const isFine = left > soon && Status !== 'EXPIRED';
  const until = `until ${notAfter.toISOString().slice(0, 10)}`;
  return {
    verdict: isFine ? 'pass' : 'warn',
    subject: `certificate ${DomainName}`,
    fact: `${left <= 0 ? `expired, was valid ${until}` : `valid ${until}, ${formatDuration(left)} left`}; ${InUse ? 'in use' : 'not in use'}`,
    rule: `valid for ${formatDuration(soon)} more`,
    ...(!isFine && {
      toDo:
        RenewalEligibility === 'ELIGIBLE'
          ? `ACM should have renewed it: aws acm describe-certificate --certificate-arn ${CertificateArn} --query Certificate.RenewalSummary`
          : `ACM does not renew it by itself: import or request a new one in place of ${CertificateArn}`,
    }),
  };
}
