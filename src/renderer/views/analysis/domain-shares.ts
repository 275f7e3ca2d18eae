// What share of a domain's tokens each expert is used for (OLMoE, 2409.02060 §5.3), beside the share without any preference.
import type { RoutingPart } from '../../../shared/studies/routing.ts';

export interface DomainMap {
  domain: string;
  tokens: number;
  /** L × E shares N_iG / N_G; not a number where the domain has no token. */
  shares: Float64Array;
  /** Less the uniform share K/E. */
  beyond: Float64Array;
}

export function domainMaps(
  { domains, layers, experts }: Pick<RoutingPart, 'domains' | 'layers' | 'experts'>,
  active: number,
): DomainMap[] {
  const G = domains.names.length;
  const uniform = active / experts;
  return domains.names.map((domain, at) => {
    const tokens = domains.tokens[at]!;
    const shares = Float64Array.from(
      { length: layers * experts },
      (_, place) => domains.slots[place * G + at]! / tokens,
    );
    return { domain, tokens, shares, beyond: shares.map((share) => share - uniform) };
  });
}
