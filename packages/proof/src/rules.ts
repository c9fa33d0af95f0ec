/**
 * The version of the proof, as signed statements name it: another one wherever the same evidence may lead to another answer.
 * 2: order by fill time, the liquidation price as funding moved it, sides of bills without one, penalties apart, bills judged by what they
 * did, shares kept to 60 decimals.
 */
export const PROOF_RULES = 'liqpass-proof/2';
