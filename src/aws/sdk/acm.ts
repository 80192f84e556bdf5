export { ACMClient, ListCertificatesCommand } from '@aws-sdk/client-acm';
