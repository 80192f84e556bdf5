/** As Route 53 keeps names: in lower case, ending with a dot, `*` as its escape. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html */
export const domainName = (text: string): string => {
  const name = text.toLowerCase().replaceAll('*', '\\052');
  return name.endsWith('.') ? name : `${name}.`;
};

/** As clients ask for it: without the dot. */
export const hostName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);

/** Names are listed by their labels from the last to the first. */
export const listingKey = (name: string): string => name.split('.').reverse().join('.');

/** Load balancers of a Region lie in one zone: https://docs.aws.amazon.com/general/latest/gr/elb.html */
export const loadBalancerZones: Readonly<Record<string, string>> = {
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-1': 'Z368ELLRRE2KJ0',
  'us-west-2': 'Z1H1FL5HABSF5',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-west-1': 'Z32O12XQLNTSW2',
};

/** The load balancer's own name, which the console writes with `dualstack.` before it, and its Region. */
export function loadBalancerIn(name: string): { host: string; region: string } | undefined {
  const host = hostName(name).replace(/^dualstack\./, '');
  const region = /\.([a-z]{2}-[a-z]+-\d)\.elb\.amazonaws\.com$/.exec(host)?.[1];
  return region === undefined ? undefined : { host, region };
}
