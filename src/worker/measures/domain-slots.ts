// Where each domain's tokens go (OLMoE, 2409.02060 §5.3): the share of a domain's tokens that choose an expert is its slots here
// over the tokens of the domain; without specialisation it is K/E for every domain.

/**
 * Slots of each expert by domain, row-major [E, G].
 * @param chosen [N, K] expert ids of one layer; @param domains [N] domain indices of 0 to G − 1
 */
export function domainSlots(
  chosen: Uint16Array,
  active: number,
  domains: Int32Array,
  experts: number,
  count: number,
): Float64Array {
  const slots = new Float64Array(experts * count);
  for (let slot = 0; slot < chosen.length; slot++) {
    slots[chosen[slot]! * count + domains[Math.floor(slot / active)]!]!++;
  }
  return slots;
}
